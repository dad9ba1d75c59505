using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Pipeline;
using EventId = Tieline.Events.EventId;

namespace Tieline.Service.Http;

/// <summary>Reads what is asked: members of a JSON object, or of a query string.</summary>
internal sealed class ApiRequest
{
    private const int MaxBytes = 8 * 1024;
    private const int MaxText = 400;

    public const int MaxLimit = 200;
    public const int DefaultLimit = 100;
    public const string BadCursor = "cursor must be the 'next' of an answer before";

    private readonly IReadOnlyDictionary<string, string> _given;

    private ApiRequest(IReadOnlyDictionary<string, string> given) => _given = given;

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whose token it is, as the audit log names them.</summary>
    public string Caller { get; init; } = "api";

    /// <summary>Where whoever answers reads the body.</summary>
    public static ApiRequest Nothing(string caller) => new(new Dictionary<string, string>()) { Caller = caller };

    /// <param name="names">What may be given.</param>
    /// <param name="mayBeEmpty">Whether a body may be left out.</param>
    public static async Task<ApiRequest> ReadAsync(HttpRequest request, IReadOnlyList<string> names, bool mayBeEmpty, string caller)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        string? problem = null;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            foreach (var (name, value) in request.Query)
                given[name] = value.ToString();
        }
        else
        {
            problem = await ReadBodyAsync(request, given, mayBeEmpty);
        }

        problem ??= given.Keys.FirstOrDefault(name => !names.Contains(name, StringComparer.Ordinal)) is { } unknown
            ? $"there is no '{Short(unknown)}' here; there {(names.Count == 0 ? "is nothing to give" : $"are {string.Join(", ", names)}")}"
            : given.FirstOrDefault(one => one.Value.Length > MaxText) is { Key: { } tooLong } ? $"{tooLong} must be at most {MaxText} characters" : null;
        return new ApiRequest(given) { Problem = problem, Caller = caller };
    }

    /// <summary>A span of time that is over.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Span(DateTimeOffset now, string more = "")
    {
        var (from, to) = (Time("from"), Time("to"));
        if (from is null || to is null)
            Problem ??= $"from, to (times such as 2026-03-02T00:00:00Z){more} are required";
        else
            Problem ??= Check(from.Value, to.Value, now);
        return (from ?? default, to ?? default);
    }

    /// <summary>What is wrong with a span; null where nothing is.</summary>
    public static string? Check(DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, string prefix = "")
    {
        if (!IsAllowed(from))
            return $"{prefix}from must be from {EventTime.ToText(EventTime.Earliest)} on, was {EventTime.ToText(from)}: Genesys has no events from before";
        if (to <= from)
            return $"{prefix}to must be after {prefix}from";
        return to > now ? $"{prefix}to must not be in the future" : null;
    }

    public DeadLetterQuery Query()
    {
        var (from, to) = Between();
        return new DeadLetterQuery(
            Text("destination"), Text("cause"), (int?)Number("status", 100, 599), from, to, Text("conversation"), Id("id"), Number("position", 1, long.MaxValue) is { } position ? new JournalPosition(position) : null);
    }

    /// <summary>What is to be sent again of a span; null where something is wrong with it.</summary>
    public SpanReplay? Replay(DateTimeOffset now)
    {
        var destination = Text("destination");
        var (from, to) = Span(now, " and destination");
        Problem ??= destination is null ? "destination is required" : null;
        var after = Number("after", 0, long.MaxValue) ?? 0;
        return Problem is null ? new SpanReplay(from, to, destination!, Text("toDestination") ?? destination!, new JournalPosition(after)) : null;
    }

    /// <summary>One of several words.</summary>
    public string? Word(string name, params IReadOnlyList<string> words)
    {
        if (Text(name) is not { } text || words.Contains(text, StringComparer.Ordinal))
            return Text(name);
        Problem ??= $"{name} must be one of {string.Join(", ", words)}, was '{Short(text)}'";
        return null;
    }

    /// <summary>Rows in an answer.</summary>
    public int Limit() => (int)(Number("limit", 1, MaxLimit) ?? DefaultLimit);

    /// <summary>Where the page before ended, where that is a number.</summary>
    public long? Cursor()
    {
        if (Text("cursor") is not { } text)
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        Problem ??= BadCursor;
        return null;
    }

    /// <summary>Something is wrong with it that only its reader knows.</summary>
    public void Refuse(string? problem) => Problem ??= problem;

    public string? Text(string name) => _given.TryGetValue(name, out var text) && text.Length > 0 ? text : null;

    public bool Flag(string name)
    {
        if (!_given.TryGetValue(name, out var text))
            return false;
        if (text is not ("true" or "false"))
            Problem ??= $"{name} must be true or false, was '{Short(text)}'";
        return text == "true";
    }

    public long? Number(string name, long min, long max)
    {
        if (Text(name) is not { } text)
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Problem ??= $"{name} must be a number from {min} to {max}, was '{Short(text)}'";
        return null;
    }

    public double Rate()
    {
        if (Text("rate") is not { } text)
            return DeadLetterDesk.DefaultRate;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= DeadLetterDesk.MaxRate)
            return rate;
        Problem ??= $"rate must be above 0 and at most {DeadLetterDesk.MaxRate} events a second, was '{Short(text)}'";
        return DeadLetterDesk.DefaultRate;
    }

    /// <summary>Who asks: nobody can check what is said, so it is marked.</summary>
    public string By() => Text("by") is { Length: <= 64 } by && !by.Any(char.IsControl) && Printable.Tidy(by) is { Length: > 0 } name ? $"{name} ({Caller})" : Caller;

    /// <summary>Why, for the audit log; null where nothing of it can be read.</summary>
    public string? Reason() => Text("reason") is { } reason && Printable.Tidy(reason) is { Length: > 0 } tidy ? tidy : null;

    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (!EventTime.TryParse(Encoding.UTF8.GetBytes(text), out var time))
            Problem ??= $"{name} must be a time such as 2026-03-02T00:00:00Z, was '{Short(text)}'";
        else if (!IsAllowed(time))
            Problem ??= $"{name} must be from {EventTime.ToText(EventTime.Earliest)} to {EventTime.ToText(EventTime.Latest)}, was '{Short(text)}'";
        else
            return time;
        return null;
    }

    /// <summary>Two times between which something is looked for; each may be left out.</summary>
    public (DateTimeOffset? From, DateTimeOffset? To) Between()
    {
        var (from, to) = (Time("from"), Time("to"));
        if (to <= from)
            Problem ??= "to must be after from";
        return (from, to);
    }

    /// <summary>Whether a time that somebody gives can be meant.</summary>
    public static bool IsAllowed(DateTimeOffset time) => time >= EventTime.Earliest && time <= EventTime.Latest;

    public EventId? Id(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (EventId.TryParse(text, out var id))
            return id;
        Problem ??= $"{name} must be an event's id: evt_ and 32 hex digits, was '{Short(text)}'";
        return null;
    }

    private static async Task<string?> ReadBodyAsync(HttpRequest request, Dictionary<string, string> given, bool mayBeEmpty)
    {
        var body = new byte[MaxBytes];
        var length = await request.Body.ReadAtLeastAsync(body, MaxBytes, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        if (length == MaxBytes)
            return $"the body must be shorter than {MaxBytes} bytes";
        if (length == 0 && mayBeEmpty)
            return null;
        try
        {
            if (JsonNode.Parse(body.AsSpan(0, length)) is not JsonObject json)
                return "the body must be a JSON object";
            foreach (var (name, value) in json)
            {
                if (value is JsonObject or JsonArray)
                    return $"{Short(name)} must be a text, a number, true or false";
                if (value is not null)
                    given[name] = value.ToString();
            }

            return null;
        }
        catch (InvalidOperationException)
        {
            return "the body has half of a character (a surrogate such as \\ud800 alone)"; // only seen where the text is made
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return "the body must be a JSON object such as {\"destination\":\"crm\",\"dryRun\":true}";
        }
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60];
}
