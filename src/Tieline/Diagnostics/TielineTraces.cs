using System.Diagnostics;
using System.Globalization;

namespace Tieline.Diagnostics;

/// <summary>One trace for each event, over the disk and over restarts: its id is the event's, so who has the one has the other (<c>docs/adr/0027-traces.md</c>). Costs nothing while nobody listens.</summary>
internal static class TielineTraces
{
    public const string SourceName = "Tieline";

    private static readonly ActivitySource _source = new(SourceName);

    /// <summary>Set for the moment in which a span of a trace begins: such a span has no parent, since nothing of it outlives the process.</summary>
    [ThreadStatic]
    private static ActivityTraceId? _next;

    static TielineTraces() => Activity.TraceIdGenerator = () => _next ?? ActivityTraceId.CreateRandom();

    public static bool IsOn => _source.HasListeners();

    /// <summary>The event has become durable.</summary>
    /// <param name="id">The value of the event's id.</param>
    public static void Journalled(UInt128 id, string type, DateTimeOffset receivedAt, DateTimeOffset durableAt)
    {
        using var span = Start(id, "journal", ActivityKind.Consumer, receivedAt);
        span?.SetTag("messaging.operation.type", "process").SetTag("tieline.event.type", type).SetEndTime(durableAt.UtcDateTime);
    }

    /// <summary>A request to a destination begins; of several events, it is in the first one's trace and linked to the others.</summary>
    /// <param name="method">Of HTTP, in capitals.</param>
    /// <returns>Null where nobody listens.</returns>
    public static Activity? StartAttempt(UInt128 id, IEnumerable<UInt128> others, string destination, string method, Uri url, DateTimeOffset at)
    {
        var links = others.Select(other => new ActivityLink(new ActivityContext(TraceIdOf(other), default, ActivityTraceFlags.None)));
        return Start(id, method, ActivityKind.Client, at, links)?
            .SetTag("http.request.method", method)
            .SetTag("server.address", url.Host)
            .SetTag("server.port", url.Port)
            .SetTag("tieline.destination", destination);
    }

    /// <param name="status">Null where no answer came.</param>
    /// <param name="error">Null where it was accepted: what failed, by a closed set of names.</param>
    public static void End(Activity span, int? status, string? error, DateTimeOffset at)
    {
        if (status is not null)
            span.SetTag("http.response.status_code", status);
        if (error is not null)
            span.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);
        span.SetEndTime(at.UtcDateTime).Dispose();
    }

    public static ActivityTraceId TraceIdOf(UInt128 id) => ActivityTraceId.CreateFromString(id.ToString("x32", CultureInfo.InvariantCulture));

    private static Activity? Start(UInt128 id, string name, ActivityKind kind, DateTimeOffset at, IEnumerable<ActivityLink>? links = null)
    {
        _next = TraceIdOf(id);
        var around = Activity.Current;
        Activity.Current = null;
        try
        {
            // A root all the same: the id comes from the generator above.
            return _source.CreateActivity(name, kind, default(ActivityContext), links: links)?.SetStartTime(at.UtcDateTime).Start();
        }
        finally
        {
            _next = null;
            Activity.Current = around;
        }
    }
}
