using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>Does what people decide: replays and discards dead letters, and sends again what was delivered. At a pace, in the order of positions; whatever stops it, what is done is done, and nothing is done twice.</summary>
/// <param name="destinations">Names of those that are configured.</param>
internal sealed class DeadLetterDesk(SqliteJournal journal, IReadOnlyCollection<string> destinations, TimeProvider time)
{
    /// <summary>Events a second, unless told.</summary>
    public const double DefaultRate = 10;

    public const double MaxRate = 1_000;

    private const int Page = 256;

    private volatile IReadOnlyCollection<string> _destinations = destinations;

    /// <summary>Whether something can be sent there.</summary>
    public bool IsConfigured(string destination) => _destinations.Contains(destination);

    /// <summary>From now on these are configured.</summary>
    public void Use(IReadOnlyCollection<string> names) => _destinations = names;

    /// <summary>Dead letters by their causes.</summary>
    public IReadOnlyList<DeadLetterGroup> Plan(DeadLetterQuery query) => journal.Read(reader => reader.ReadDeadLetterGroups(query));

    /// <summary>How many events of a span would go out again.</summary>
    public long Plan(SpanReplay asked)
    {
        if (!TryNumber(asked.Destination, out var number))
            return 0;
        var through = journal.Positions.Value;
        return Pages(after => journal.Read(reader => reader.ReadDelivered(number, asked.From, asked.To, after, new JournalPosition(through), Page)), asked.After).LongCount();
    }

    /// <summary>Dead letters go out again, each in its place. Of destinations that are no longer configured none does.</summary>
    /// <param name="rate">Events a second.</param>
    /// <param name="by">Who asked for it.</param>
    /// <param name="progress">Told after each.</param>
    public async Task<DeskReport> ReplayAsync(DeadLetterQuery query, double rate, string by, Action<DeskReport> progress, CancellationToken cancellation)
    {
        var pace = new Pace(rate, time);
        return await DecideAsync(
            query,
            async (letter, destination) =>
            {
                if (!IsConfigured(letter.Destination))
                    return false;
                await pace.WaitAsync(cancellation);
                return await journal.AskAsync<bool>(done => new JournalWork.ReplayDeadLetter(letter.Position, destination, by, done), cancellation);
            },
            progress,
            cancellation);
    }

    /// <summary>Dead letters never go out.</summary>
    /// <param name="reason">Why; it stands in the audit log.</param>
    /// <inheritdoc cref="ReplayAsync"/>
    public Task<DeskReport> DiscardAsync(DeadLetterQuery query, string reason, string by, Action<DeskReport> progress, CancellationToken cancellation) => DecideAsync(
        query,
        (letter, destination) => journal.AskAsync<bool>(done => new JournalWork.Discard(letter.Position, destination, by, Printable.Tidy(reason), done), cancellation),
        progress,
        cancellation);

    /// <summary>What a destination that is no longer configured has not been delivered never goes out; its dead letters are decided on for themselves.</summary>
    /// <returns>Nothing done where it is configured, unknown, or has nothing left.</returns>
    /// <inheritdoc cref="DiscardAsync(DeadLetterQuery, string, string, Action{DeskReport}, CancellationToken)"/>
    public async Task<DeskReport> DiscardAsync(string destination, string reason, string by, CancellationToken cancellation)
    {
        if (journal.Removed.FirstOrDefault(removed => removed.Name == destination && removed.Events > 0) is not { } backlog)
            return new DeskReport(0, 0, null);
        await journal.DiscardAsync(backlog, by, reason, cancellation);
        return new DeskReport(backlog.Events, 0, null);
    }

    /// <summary>What was delivered goes out again, under the same ids, as copies at the end of the journal.</summary>
    /// <inheritdoc cref="ReplayAsync"/>
    public async Task<DeskReport> ReplayAsync(SpanReplay asked, double rate, string by, Action<DeskReport> progress, CancellationToken cancellation)
    {
        var report = new DeskReport(0, 0, null);
        if (!TryNumber(asked.Destination, out var from))
            return report;
        var to = journal.NumberOf(asked.ToDestination);
        var pace = new Pace(rate, time);
        var through = journal.Positions.Value; // its own copies are none of what was asked for
        foreach (var position in Pages(after => journal.Read(reader => reader.ReadDelivered(from, asked.From, asked.To, after, new JournalPosition(through), Page)), asked.After))
        {
            await pace.WaitAsync(cancellation);
            var isDone = await journal.AskAsync<JournalPosition?>(done => new JournalWork.Replay(position, to, done, by), cancellation) is not null;
            report = new DeskReport(report.Done + (isDone ? 1 : 0), report.Passed + (isDone ? 0 : 1), position);
            progress(report);
        }

        return report;
    }

    private async Task<DeskReport> DecideAsync(DeadLetterQuery query, Func<DeadLetter, DestinationNumber, Task<bool>> decide, Action<DeskReport> progress, CancellationToken cancellation)
    {
        var report = new DeskReport(0, 0, null);
        var after = new DeadLetterCursor(JournalPosition.Start, new DestinationNumber(0));
        while (journal.Read(reader => reader.ReadDeadLetters(query, after, Page)) is { Count: > 0 } page)
        {
            foreach (var (letter, cursor) in page)
            {
                cancellation.ThrowIfCancellationRequested();
                var isDone = await decide(letter, cursor.Destination);
                report = new DeskReport(report.Done + (isDone ? 1 : 0), report.Passed + (isDone ? 0 : 1), letter.Position);
                progress(report);
                after = cursor;
            }
        }

        return report;
    }

    private static IEnumerable<JournalPosition> Pages(Func<JournalPosition, IReadOnlyList<JournalPosition>> read, JournalPosition after)
    {
        while (read(after) is { Count: > 0 } page)
        {
            foreach (var position in page)
                yield return position;
            after = page[^1];
        }
    }

    private bool TryNumber(string destination, out DestinationNumber number) => journal.Read(reader => reader.ReadDestinations()).TryGetValue(destination, out number);

    /// <summary>So many a second, evenly.</summary>
    private sealed class Pace(double rate, TimeProvider time)
    {
        private readonly TimeSpan _step = TimeSpan.FromSeconds(1 / rate);
        private MonotonicTime _next = MonotonicTime.Always;

        public async ValueTask WaitAsync(CancellationToken cancellation)
        {
            var now = time.GetMonotonicTime();
            if (_next > now)
                await Task.Delay(_next - now, time, cancellation);
            _next = (_next > now ? _next : now) + _step;
        }
    }
}
