using System.Text;
using System.Text.Json;

namespace Tieline.Simulator.Crm.Presets;

/// <summary>Zendesk: a ticket for each request, one only for each <c>Idempotency-Key</c>; a limit of the endpoint that is over while the account's header says that there is some left.</summary>
internal sealed class ZendeskPreset(int? limit, TimeProvider time) : CrmPreset(time)
{
    /// <summary>Of the Enterprise plan.</summary>
    private const int PerMinute = 700;

    private const int TicketsPerMinute = 100;

    private const int MaxKey = 255;

    private static readonly TimeSpan _keysLast = TimeSpan.FromHours(2);

    private readonly SlidingWindow _account = new(PerMinute, TimeSpan.FromMinutes(1));
    private readonly SlidingWindow _tickets = new(limit ?? TicketsPerMinute, limit is null ? TimeSpan.FromMinutes(1) : ShortWindow);
    private readonly Dictionary<string, (DateTimeOffset Until, string Body, object Answer)> _keys = new(StringComparer.Ordinal);
    private DateTimeOffset _named = DateTimeOffset.MinValue;
    private long _lastId = 1000;

    protected override string Name => "zendesk";

    protected override PresetReply Answer(PresetRequest request)
    {
        if (!IsBasic(request, $"{User}/token"))
            return Reply(401, new { error = "Couldn't authenticate you" });
        if (request.Method != "POST" || request.Path is not ("/api/v2/tickets.json" or "/api/v2/tickets"))
            return Reply(404, new { error = "InvalidEndpoint", description = "Not found" });
        if (!_account.TryTake(Now) || !_tickets.TryTake(Now))
        {
            var wait = _account.Wait(Now) > _tickets.Wait(Now) ? _account.Wait(Now) : _tickets.Wait(Now);
            var pushed = Now < _named;
            _named = Now + wait;
            return Throttled(Reply(429, "Number of allowed API requests per minute exceeded", ("Retry-After", Seconds(wait))), pushed);
        }

        return Write(request);
    }

    public override PresetReply Refuse(int status, string code) => Reply(status, new { error = code, description = "asked for" });

    protected override PresetReply Malformed(string problem) => Reply(422, new { error = "Unprocessable Entity", message = $"Server could not parse JSON: {problem}" });

    private PresetReply Write(PresetRequest request)
    {
        var (key, body) = (request.Header("Idempotency-Key"), Encoding.UTF8.GetString(request.Body));
        if (key is { Length: > MaxKey })
            return Reply(400, new { error = "IdempotentRequestError", description = $"The key may have {MaxKey} characters" });
        if (key is not null && _keys.TryGetValue(key, out var known) && Now < known.Until)
            return known.Body == body ? Reply(201, known.Answer, ("X-Idempotency-Lookup", "hit"))
                : Reply(400, new { error = "IdempotentRequestError", description = "The request parameters do not match those of the request with this key" });
        var ticket = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("ticket");
        if (!ticket.TryGetProperty("comment", out _))
            return Reply(422, new { error = "RecordInvalid", description = "Record validation errors", details = new { @base = new[] { new { description = "Description: cannot be blank" } } } });
        var externalId = ticket.GetProperty("external_id").GetString()!;
        Insert(externalId, ticket.GetRawText());
        var answer = new { ticket = new { id = ++_lastId, external_id = externalId } };
        if (key is null)
            return Reply(201, answer);
        _keys[key] = (Now + _keysLast, body, answer);
        return Reply(201, answer, ("X-Idempotency-Lookup", "miss"));
    }

    private PresetReply Reply(int status, object body, params (string Name, string Value)[] headers) => new(
        status,
        body,
        [("X-Rate-Limit", $"{_account.Allowed}"), ("X-Rate-Limit-Remaining", $"{_account.Allowed - _account.Used(Now)}"), .. headers]);
}
