using System.Text.Json;

namespace Tieline.Simulator.Crm.Presets;

/// <summary>ServiceNow: an import set table whose transform map coalesces on <c>u_event_id</c>, one record or several; a rate limit rule, by the hour.</summary>
internal sealed class ServiceNowPreset(int? limit, TimeProvider time) : CrmPreset(time)
{
    private const string Coalesce = "u_event_id";

    /// <summary>What an administrator may have set in a rule; out of the box there is none.</summary>
    private const int PerHour = 36_000;

    private readonly SlidingWindow _rule = new(limit ?? PerHour, limit is null ? TimeSpan.FromHours(1) : ShortWindow);
    private DateTimeOffset _named = DateTimeOffset.MinValue;
    private long _lastSet = 10_000;

    protected override string Name => "servicenow";

    protected override PresetReply Answer(PresetRequest request)
    {
        if (!IsBasic(request))
            return Error(401, "User Not Authenticated", "Required to provide Auth information");
        if (!_rule.TryTake(Now))
        {
            var pushed = Now < _named;
            _named = Now + _rule.Wait(Now);
            return Throttled(Error(429, "Rate limit exceeded", $"Rate limit of {_rule.Allowed} requests exceeded", ("Retry-After", Seconds(_rule.Wait(Now)))), pushed);
        }

        var body = JsonSerializer.Deserialize<JsonElement>(request.Body);
        return (request.Method, request.Path.Split('/')) switch
        {
            ("POST", ["", "api", "now", "import", var table]) => WriteOne(table, body),
            ("POST", ["", "api", "now", "import", _, "insertMultiple"]) => WriteAll(body),
            _ => Error(400, "Requested URI does not represent any resource", request.Path),
        };
    }

    public override PresetReply Refuse(int status, string code) => Error(status, code, "asked for");

    protected override PresetReply Malformed(string problem) => Error(400, "Exception while reading request", problem);

    private PresetReply WriteOne(string table, JsonElement record)
    {
        var isNew = Upsert(record.GetProperty(Coalesce).GetString()!, record.GetRawText());
        return Reply(201, new { import_set = $"ISET{++_lastSet:D7}", staging_table = table, result = new[] { new { transform_map = "Tieline events", table = "u_tieline_event", status = isNew ? "inserted" : "updated" } } });
    }

    private PresetReply WriteAll(JsonElement body)
    {
        foreach (var record in body.GetProperty("records").EnumerateArray().ToList())
            Upsert(record.GetProperty(Coalesce).GetString()!, record.GetRawText());
        return Reply(201, new { import_set_id = $"{++_lastSet:x32}", multi_import_set_id = $"{_lastSet:x32}" });
    }

    private PresetReply Error(int status, string message, string detail, params (string Name, string Value)[] headers) => Reply(status, new { error = new { message, detail }, status = "failure" }, headers);

    private PresetReply Reply(int status, object body, params (string Name, string Value)[] headers) => new(
        status,
        body,
        [("X-RateLimit-Limit", $"{_rule.Allowed}"), ("X-RateLimit-Reset", $"{(Now + _rule.Length).ToUnixTimeSeconds()}"), ("X-RateLimit-Rule", "a0000000000000000000000000000001"), .. headers]);
}
