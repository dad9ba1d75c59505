using System.Buffers;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Tieline.Journal;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Http;

/// <summary>What becomes of events, as it happens, as server-sent events: <c>step</c>, and <c>ping</c> while there is none.</summary>
/// <remarks>Follows the journal's facts over the connection that people's questions share, a page at a time and at most five times a second: the writer knows nothing of it. Each event's id is the number of its fact; whoever gives it as <c>Last-Event-ID</c> goes on there.</remarks>
internal sealed class EventStream(JournalDesk journal, AccessMonitor monitor, TimeProvider time)
{
    /// <summary>Facts looked at in one go.</summary>
    private const int Page = 200;

    /// <summary>Streams that one token may have open at once.</summary>
    public const int MostOfAToken = 16;

    private const string Accepted = "accepted";

    private static readonly TimeSpan _pace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(15);

    private readonly OpenStreams _open = new(MostOfAToken);

    public async Task WriteAsync(ApiCall call)
    {
        var filter = Filter.Of(call.Asked);
        var header = call.Context.Request.Headers["Last-Event-ID"].ToString();
        var after = call.Asked.Cursor() ?? (long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : call.Admin.Journal.Counters.NextFact - 1);
        if (filter.Destination is { } name && !call.Admin.Desk.IsConfigured(name))
            call.Asked.Refuse(DestinationApi.NotConfigured(name));
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        var response = call.Context.Response;
        if (!_open.TryOpen(call.Token.Mark))
        {
            monitor.Refused(Refusal.Streams);
            response.Headers.RetryAfter = "5";
            await call.RefuseAsync(StatusCodes.Status429TooManyRequests, $"this token has {MostOfAToken} event streams open, and may have no more; close one, or use another token");
            return;
        }

        try
        {
            await SendAsync(call, filter, after);
        }
        finally
        {
            _open.Close(call.Token.Mark);
        }
    }

    private async Task SendAsync(ApiCall call, Filter filter, long after)
    {
        var response = call.Context.Response;
        response.ContentType = ApiMedia.Events;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.Body.FlushAsync(call.Aborted);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, call.Admin.Ending);
        try
        {
            await SseFormatter.WriteAsync(FollowAsync(call.Admin.Journal, filter, after, either.Token), response.Body, (item, buffer) => buffer.Write(item.Data), either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Whoever listened has left, or Tieline is stopping: the stream ends.
        }
    }

    private async IAsyncEnumerable<SseItem<byte[]>> FollowAsync(SqliteJournal source, Filter filter, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            if (!await WaitAsync(source, after, cancellation))
            {
                yield return new SseItem<byte[]>("{}"u8.ToArray(), "ping");
                continue;
            }

            var (steps, through) = await journal.ReadAsync(reader => Read(reader, filter, after), cancellation);
            foreach (var (fact, json) in steps)
                yield return new SseItem<byte[]>(Encoding.UTF8.GetBytes(json.ToJsonString(ApiCall.Writing)), "step") { EventId = fact.ToString(CultureInfo.InvariantCulture) };
            if (through < after + Page)
                await Task.Delay(_pace, time, cancellation);
            after = through;
        }
    }

    private static (IReadOnlyList<(long Fact, JsonObject Json)> Steps, long Through) Read(JournalReader reader, Filter filter, long after)
    {
        var (steps, through) = reader.ReadSteps(after, Page);
        var found = new List<(long, JsonObject)>();
        foreach (var step in steps.Where(filter.Wants))
        {
            // Retention may have taken it, where somebody goes on from long ago.
            if (reader.ReadFound(step.Position) is { } one && filter.Search.Fits(one))
                found.Add((step.Fact, EventJson.Of(step, one)));
        }

        return (found, through);
    }

    /// <returns>False where nothing came for a while.</returns>
    private async Task<bool> WaitAsync(SqliteJournal source, long after, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(_silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        try
        {
            await source.WaitForFactsAsync(after, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Without a status and a destination, each event as it is accepted; with a destination alone, what becomes of it there.</summary>
    private sealed record Filter(EventSearch Search, string? Destination, string? Action)
    {
        public static Filter Of(ApiRequest asked)
        {
            var (destination, status) = (asked.Text("destination"), asked.Word("status", EventApi.Statuses));
            return new Filter(
                new EventSearch(asked.Text("conversation"), null, asked.Text("type"), asked.Text("state"), asked.Text("queue")), destination,
                status switch { "waiting" => Accepted, "delivered" => Outcomes.Delivered, "dead" => Outcomes.DeadLettered, _ => destination is null ? Accepted : null });
        }

        public bool Wants(EventStep step) =>
            (step.Action == Action || (Action is null && step.Action != Accepted)) && (Destination is null || step.Action == Accepted || step.Destination == Destination);
    }
}
