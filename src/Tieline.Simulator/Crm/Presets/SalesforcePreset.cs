using System.Text.Json;

namespace Tieline.Simulator.Crm.Presets;

/// <summary>Salesforce: sObject Collections upsert by external id, 200 records a call, an allocation of calls in any 24 hours whose end is a 403.</summary>
internal sealed class SalesforcePreset(int? limit, int? daily, TimeProvider time) : CrmPreset(time)
{
    /// <summary>Of an Enterprise org with one licence.</summary>
    private const int CallsPerDay = 101_000;

    private const int MaxRecords = 200;

    /// <summary>Of a text field.</summary>
    private const int MaxText = 255;

    private readonly SlidingWindow _day = new(limit ?? daily ?? CallsPerDay, limit is null ? TimeSpan.FromHours(24) : ShortWindow);

    private long _lastId;

    protected override string Name => "salesforce";

    protected override PresetReply Answer(PresetRequest request)
    {
        if (request is { Method: "POST", Path: "/services/oauth2/token" })
            return Token(request, expiresIn: null);
        if (!HasToken(request))
            return Error(401, "INVALID_SESSION_ID", "Session expired or invalid");
        // Every call counts, also one that is refused for something else.
        if (!_day.TryTake(Now))
            return Throttled(Error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."));
        return request.Path.Split('/') is ["", "services", "data", _, "composite", "sobjects", var type, var field] && request.Method == "PATCH"
            ? WriteAll(type, field, JsonSerializer.Deserialize<JsonElement>(request.Body))
            : Error(404, "NOT_FOUND", "The requested resource does not exist");
    }

    public override PresetReply Refuse(int status, string code) => Error(status, code, "asked for");

    protected override PresetReply Malformed(string problem) => Error(400, "JSON_PARSER_ERROR", problem);

    private PresetReply WriteAll(string type, string field, JsonElement body)
    {
        var records = body.GetProperty("records").EnumerateArray().ToList();
        if (records.Count > MaxRecords)
            return Error(400, "INVALID_INPUT", $"The maximum number of allowed records is {MaxRecords}");
        return Reply(200, records.Select(record => Write(type, field, record)).ToList());
    }

    private object Write(string type, string field, JsonElement record)
    {
        if (record.GetProperty("attributes").GetProperty("type").GetString() != type)
            return Failed("INVALID_TYPE", "the type is not the URI's");
        if (!record.TryGetProperty(field, out var id) || id.GetString() is not { Length: > 0 } externalId)
            return Failed("MISSING_ARGUMENT", $"{field} not specified");
        if (record.EnumerateObject().Any(member => member.Value.ValueKind == JsonValueKind.String && member.Value.GetString()!.Length > MaxText))
            return Failed("STRING_TOO_LONG", $"data value too large (max length={MaxText})");
        var isNew = Upsert(externalId, record.GetRawText());
        return new { id = $"a01{++_lastId:D12}AAA", success = true, errors = Array.Empty<object>(), created = isNew };
    }

    private static object Failed(string code, string message) => new { success = false, errors = new[] { new { statusCode = code, message, fields = Array.Empty<string>() } } };

    private PresetReply Error(int status, string code, string message) => Reply(status, new[] { new { message, errorCode = code } });

    private PresetReply Reply(int status, object body) => new(status, body, ("Sforce-Limit-Info", $"api-usage={_day.Used(Now)}/{_day.Allowed}"));
}
