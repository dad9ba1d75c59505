using System.Text.Json;

namespace Tieline.Simulator.Crm.Presets;

/// <summary>HubSpot: batch upsert of up to 100 objects by a unique property, with a limit in any ten seconds and one a day. Its 429 has no <c>Retry-After</c>.</summary>
internal sealed class HubSpotPreset(int? limit, int? daily, TimeProvider time) : CrmPreset(time)
{
    /// <summary>Of a private app, Professional and Enterprise.</summary>
    private const int PerTenSeconds = 190;

    private const int PerDay = 650_000;

    private const int MaxInputs = 100;

    private readonly SlidingWindow _tenSeconds = new(limit ?? PerTenSeconds, TimeSpan.FromSeconds(10));
    private readonly SlidingWindow _day = new(daily ?? PerDay, TimeSpan.FromHours(24));

    protected override string Name => "hubspot";

    protected override PresetReply Answer(PresetRequest request)
    {
        if (request.Header("Authorization") != $"Bearer {Secret}")
            return Error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.");
        if (_day.Used(Now) >= _day.Allowed)
            return Throttled(Limit("DAILY", "daily"));
        if (!_tenSeconds.TryTake(Now))
            return Throttled(Limit("TEN_SECONDLY_ROLLING", "ten_secondly_rolling"));
        _day.TryTake(Now);
        return request.Path.Split('/') is ["", "crm", "v3", "objects", _, "batch", "upsert"] && request.Method == "POST"
            ? Write(JsonSerializer.Deserialize<JsonElement>(request.Body))
            : Error(404, "OBJECT_NOT_FOUND", "resource not found");
    }

    public override PresetReply Refuse(int status, string code) => code is "DAILY" or "TEN_SECONDLY_ROLLING" or "SECONDLY" ? Limit(code, code.ToLowerInvariant()) with { Status = status } : Error(status, code, "asked for");

    protected override PresetReply Malformed(string problem) => Error(400, "VALIDATION_ERROR", $"Invalid input JSON: {problem}");

    private PresetReply Write(JsonElement body)
    {
        var inputs = body.GetProperty("inputs").EnumerateArray().ToList();
        if (inputs.Count is 0 or > MaxInputs)
            return Error(400, "VALIDATION_ERROR", $"The batch size must be from 1 to {MaxInputs}");
        if (inputs.DistinctBy(input => input.GetProperty("id").GetString()).Count() < inputs.Count)
            return Error(400, "VALIDATION_ERROR", "Duplicate IDs found in batch input");
        var results = new List<object>();
        var errors = new List<object>();
        foreach (var input in inputs)
        {
            var (id, properties) = (input.GetProperty("id").GetString()!, input.GetProperty("properties"));
            if (properties.EnumerateObject().FirstOrDefault(property => property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)) is { Value.ValueKind: not JsonValueKind.Undefined } bad)
            {
                var trace = input.TryGetProperty("objectWriteTraceId", out var given) ? given.GetString() : null;
                errors.Add(new { status = "error", category = "VALIDATION_ERROR", message = $"Property values were not valid: {bad.Name}", context = new { objectWriteTraceId = new[] { trace } } });
                continue;
            }

            var isNew = Upsert(id, input.GetRawText());
            results.Add(new { id, properties, @new = isNew });
        }

        return errors.Count == 0
            ? Reply(200, new { status = "COMPLETE", results })
            : Reply(207, new { status = "COMPLETE", results, numErrors = errors.Count, errors });
    }

    private PresetReply Limit(string policy, string name) =>
        Reply(429, new { status = "error", message = $"You have reached your {name} limit.", errorType = "RATE_LIMIT", correlationId = "00000000-0000-4000-8000-000000000000", policyName = policy });

    private PresetReply Error(int status, string category, string message) => Reply(status, new { status = "error", message, category });

    private PresetReply Reply(int status, object body) => new(
        status,
        body,
        ("X-HubSpot-RateLimit-Max", $"{_tenSeconds.Allowed}"),
        ("X-HubSpot-RateLimit-Remaining", $"{_tenSeconds.Allowed - _tenSeconds.Used(Now)}"),
        ("X-HubSpot-RateLimit-Interval-Milliseconds", "10000"),
        ("X-HubSpot-RateLimit-Daily", $"{_day.Allowed}"),
        ("X-HubSpot-RateLimit-Daily-Remaining", $"{_day.Allowed - _day.Used(Now)}"));
}
