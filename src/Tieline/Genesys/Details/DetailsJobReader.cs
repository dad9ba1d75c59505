namespace Tieline.Genesys;

/// <summary>Reads one long slice by an asynchronous job: Genesys's own way for much that is not of today. What it cannot read, the query can.</summary>
internal sealed class DetailsJobReader(DetailsClient client, DetailsCalls calls, DetailsTrouble trouble, TimeProvider time)
{
    /// <summary>A job is worth its waiting from this length on.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromDays(1);

    /// <summary>1, 2, 4 and 8 s, then every 15 s: half an hour in all.</summary>
    public const int MaxPolls = 123;

    private static readonly TimeSpan _firstPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _lastPoll = TimeSpan.FromSeconds(15);

    /// <summary>Whether jobs see all of the span: they read a store that is filled hours later.</summary>
    public async Task<bool> ReachesAsync(DetailsSpan span, CancellationToken cancellation)
    {
        if (span.Length <= Shortest)
            return false;
        var outcome = await client.ReadAvailabilityAsync(cancellation);
        if (outcome is DetailsOutcome.Available available)
            return span.To <= available.Until;
        trouble.NoteJobs(ReasonOf(outcome));
        return false;
    }

    /// <returns>True: all of the current slice has been taken, and the next one is current. False: nothing changed but what was taken; the query must read it.</returns>
    public async Task<bool> TryReadAsync(DetailsSlices slices, DetailsTally tally, CancellationToken cancellation)
    {
        var slice = slices.Current!.Value;
        var (job, cursor) = (slices.ResumedAt?.Job, slices.ResumedAt?.JobCursor);
        var problem = job is null ? null : await ReadResultsAsync(job, cursor, slices, tally, cancellation);
        if (job is null || problem is not null)
        {
            (job, problem) = await RunAsync(tally.Span with { From = slice.From, To = slice.To }, cancellation);
            problem ??= await ReadResultsAsync(job!, null, slices, tally, cancellation);
        }

        trouble.NoteJobs(problem);
        if (problem is not null)
            return false;
        slices.Next();
        return true;
    }

    /// <summary>Submits a job and waits until it is done. It is deleted if nobody waits for it to its end.</summary>
    private async Task<(string? Job, string? Problem)> RunAsync(DetailsSpan slice, CancellationToken cancellation)
    {
        var outcome = await calls.MakeAsync(attempt => client.SubmitAsync(slice, attempt), cancellation);
        if (outcome is not DetailsOutcome.Submitted { Job: var job })
            return (null, ReasonOf(outcome));
        var isLeft = true;
        try
        {
            var wait = _firstPoll;
            for (var poll = 0; poll < MaxPolls; poll++)
            {
                await Task.Delay(wait, time, cancellation);
                wait = 2 * wait < _lastPoll ? 2 * wait : _lastPoll;
                outcome = await calls.MakeAsync(attempt => client.PollAsync(job, attempt), cancellation);
                if (outcome is DetailsOutcome.Polled { State: DetailsJobState.Running })
                    continue;
                isLeft = outcome is not DetailsOutcome.Polled;
                return outcome switch
                {
                    DetailsOutcome.Polled { State: DetailsJobState.Fulfilled } => (job, null),
                    DetailsOutcome.Polled => (null, "the job failed, expired or was cancelled"),
                    _ => (null, ReasonOf(outcome)),
                };
            }

            return (null, $"the job was not done after {MaxPolls} polls");
        }
        finally
        {
            if (isLeft)
                await client.DeleteAsync(job);
        }
    }

    /// <returns>Null: all taken. Else why not.</returns>
    private async Task<string?> ReadResultsAsync(string job, string? cursor, DetailsSlices slices, DetailsTally tally, CancellationToken cancellation)
    {
        var slice = slices.Current!.Value;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var asked = cursor;
            var outcome = await calls.MakeAsync(attempt => client.ReadResultsAsync(job, asked, attempt), cancellation);
            if (outcome is not DetailsOutcome.Page { Content: var content })
                return ReasonOf(outcome);
            using var page = content;
            cursor = page.Cursor;
            if (cursor is not null && !seen.Add(cursor))
                return "the job's results go round in a circle";
            await tally.TakeAsync(page, cursor is null ? slices.Following : new DetailsCursor(slice.From, slice.To, 1, job, cursor), cancellation);
            if (cursor is null)
                return null;
        }
    }

    private static string ReasonOf(DetailsOutcome outcome) => outcome switch
    {
        DetailsOutcome.Retry retry => retry.Reason,
        DetailsOutcome.Refused refused => refused.Reason,
        _ => "Genesys gave no job",
    };
}
