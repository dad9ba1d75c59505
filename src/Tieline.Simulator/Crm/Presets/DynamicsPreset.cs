using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tieline.Simulator.Crm.Presets;

/// <summary>Dynamics 365 (Dataverse): upsert by an alternate key in the URL; the service protection limits, whose wait grows when requests come before it is over.</summary>
internal sealed partial class DynamicsPreset(int? limit, TimeProvider time) : CrmPreset(time)
{
    private const int PerWindow = 6_000;
    private const int MaxInFlight = 52;
    private static readonly TimeSpan _window = TimeSpan.FromMinutes(5);

    /// <summary>Added to the wait by each request that does not heed it.</summary>
    private static readonly TimeSpan _penalty = TimeSpan.FromSeconds(1);

    private readonly SlidingWindow _requests = new(limit ?? PerWindow, limit is null ? _window : ShortWindow);
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    protected override string Name => "dynamics365";

    protected override PresetReply Answer(PresetRequest request)
    {
        if (request.Method == "POST" && request.Path.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal))
            return Token(request, expiresIn: 3599);
        if (!HasToken(request))
            return new PresetReply(401, null, ("WWW-Authenticate", "Bearer"));
        if (request.InFlight > MaxInFlight)
            return Throttled(Limit("0x80072326", $"Number of concurrent requests exceeded the limit of {MaxInFlight}.", TimeSpan.FromSeconds(1)));
        var pushed = Now < _until;
        if (pushed || !_requests.TryTake(Now))
        {
            _until = pushed ? _until + _penalty : Now + _requests.Wait(Now);
            return Throttled(Limit("0x80072322", $"Number of requests exceeded the limit of {_requests.Allowed} over time window of {_requests.Length.TotalSeconds} seconds.", _until - Now), pushed);
        }

        return KeyInUrl().Match(request.Path) is { Success: true } match && request.Method == "PATCH"
            ? Write(Uri.UnescapeDataString(match.Groups["id"].Value), JsonSerializer.Deserialize<JsonElement>(request.Body))
            : Error(404, "0x8006088a", "Resource not found for the segment");
    }

    public override PresetReply Refuse(int status, string code) => Error(status, code, "asked for");

    protected override PresetReply Malformed(string problem) => Error(400, "0x80048d19", $"Error identified in Payload provided by the user: {problem}");

    private PresetReply Write(string externalId, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return Malformed("an object is expected");
        Upsert(externalId, body.GetRawText());
        return new PresetReply(204, null, ("OData-Version", "4.0"), ("x-ms-ratelimit-burst-remaining-xrm-requests", $"{_requests.Allowed - _requests.Used(Now)}"));
    }

    private static PresetReply Limit(string code, string message, TimeSpan wait)
    {
        var reply = Error(429, code, message);
        return reply with { Headers = [.. reply.Headers, ("Retry-After", Seconds(wait))] };
    }

    private static PresetReply Error(int status, string code, string message) => new(status, new { error = new { code, message } }, ("OData-Version", "4.0"));

    [GeneratedRegex(@"^/api/data/v9\.\d/\w+\(\w+='(?<id>[^']+)'\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeyInUrl();
}
