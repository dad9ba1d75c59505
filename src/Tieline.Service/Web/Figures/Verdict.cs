using Tieline.Backfill;
using Tieline.Delivery;
using Tieline.Genesys;
using Tieline.Sequencing;
using Tieline.Service.Doctor;
using Tieline.Service.Web.Shell;

namespace Tieline.Service.Web.Figures;

/// <summary>How bad it is. From good to bad.</summary>
internal enum VerdictLevel
{
    Good,

    /// <summary>It heals by itself.</summary>
    Watch,

    /// <summary>Somebody must decide or mend something; events do not flow as they should.</summary>
    Act,
}

/// <summary>Whose fault it is.</summary>
internal enum Culprit
{
    Nobody,
    Genesys,

    /// <summary>Between here and Genesys; which side of it cannot be told from here.</summary>
    Network,

    /// <summary>This machine, or what Tieline was told.</summary>
    Us,
    Crm,
}

/// <param name="Sentence">What an operator would say first.</param>
/// <param name="Evidence">What it rests on: figures, each a few words.</param>
/// <param name="Outlook">Whether it mends itself and when, or what to do.</param>
/// <param name="Link">The page that has more.</param>
internal sealed record Verdict(VerdictLevel Level, Culprit Culprit, string Sentence, string Outlook, IReadOnlyList<string> Evidence, string Link)
{
    /// <summary>What a source's problem begins with where that is all.</summary>
    private const string NotConnected = "Not connected: ";

    /// <summary>A stream that is being opened again is no news until then.</summary>
    private static readonly TimeSpan _connecting = TimeSpan.FromSeconds(10);

    /// <summary>What waits longer is late.</summary>
    private static readonly TimeSpan _late = TimeSpan.FromSeconds(30);

    /// <summary>Pure: the worst that is wrong, whoever is nearest to the disk first, since what fails there hides the rest.</summary>
    public static Verdict Of(Overview now) => Disk(now) ?? Source(now) ?? Crm(now) ?? Room(now) ?? Audit(now) ?? DeadLetters(now) ?? Missing(now) ?? Good(now);

    private static Verdict? Disk(Overview now)
    {
        if (now.JournalProblem is { } journal)
            return new(VerdictLevel.Act, Culprit.Us, "The disk does not take events.", journal, FiguresOf(now), "/trust");
        return now.LoopProblem is { } loop
            ? new(VerdictLevel.Act, Culprit.Us, $"A part of Tieline keeps failing: {loop}.", "It is started again by itself; the log says why it fails.", FiguresOf(now), "/trust")
            : null;
    }

    /// <summary>No event suffers from it yet, so whatever stops them now is told first; the free space stands beside that.</summary>
    private static Verdict? Room(Overview now) => IsLow(now) ? new(
        VerdictLevel.Act, Culprit.Us, $"Events flow, but the disk is nearly full: {Show.Bytes(now.DiskFree)} free.",
        $"It does not mend itself: once the disk is full receiving waits, and what was accepted stays. {DiskSpaceCheck.Advice}", FiguresOf(now), "/trust") : null;

    /// <summary>No event suffers from it; but what happens is not on record where it should be.</summary>
    private static Verdict? Audit(Overview now) => now.AuditProblem is { } audit ? new(
        VerdictLevel.Act, Culprit.Us, "Events flow, but the audit log is not written.", $"{Sentenced(First(audit))} Tried again by itself; what it lacks waits in the journal.", FiguresOf(now), "/trust") : null;

    private static bool IsLow(Overview now) => now.DiskFree < DiskSpaceCheck.Warn;

    private static Verdict? Source(Overview now)
    {
        var (state, problem, _) = now.Source;
        var down = now.DownFor ?? TimeSpan.Zero;
        return state switch
        {
            SourceState.TokenRefused => new(
                VerdictLevel.Act, Culprit.Us, $"Not receiving for {Show.Span(down)}: Genesys refuses our credentials.", $"{Sentenced(problem)} Tried again once a minute; goes on by itself once they are right.", FiguresOf(now), "/trust"),
            SourceState.HandshakeRefused => new(
                VerdictLevel.Act, Culprit.Us, $"Not receiving for {Show.Span(down)}: Genesys refuses the stream to our OAuth client.", $"{Sentenced(problem)} Tried again once a minute.", FiguresOf(now), "/trust"),
            SourceState.SubscriptionRefused => new(
                VerdictLevel.Act, Culprit.Us, "Genesys refuses a topic that we ask for.", Sentenced(problem), FiguresOf(now), "/trust"),
            SourceState.Silent => new(
                VerdictLevel.Watch, Culprit.Network, Sentenced(problem), "That happens by itself. What is missed meanwhile is fetched when the stream is back.", FiguresOf(now), "/trust"),
            SourceState.BackingOff or SourceState.Connecting or SourceState.Starting when now.DownFor > _connecting || (now.DownFor is not null && problem is not null) => new(
                VerdictLevel.Watch, CulpritOf(problem), $"Not receiving for {Show.Span(down)}{(problem is null ? "" : $": {Reason(problem)}")}.",
                "Tried again within 30 s, for ever. What was missed is fetched when the stream is back.", FiguresOf(now), "/trouble#gaps"),
            SourceState.Stopped => new(VerdictLevel.Watch, Culprit.Us, "Tieline is stopping.", "Nothing is lost: what was accepted is on the disk.", FiguresOf(now), "/"),
            _ => null,
        };
    }

    private static Verdict? Crm(Overview now)
    {
        // The worst gate first, then the one that is furthest behind.
        foreach (var destination in now.Destinations.OrderByDescending(one => one.State).ThenByDescending(now.LagOf))
        {
            var waiting = destination.Waiting == 1 ? "1 event waits" : $"{Show.Count(destination.Waiting)} events wait";
            var next = destination.NextTry is { } at ? Show.Span(at - now.At) : "a moment";
            switch (destination.State)
            {
                case GateState.Misconfigured:
                    return new(VerdictLevel.Act, Culprit.Crm, $"{First(destination.Problem)}.", $"{waiting} on the disk, none is burnt; next try in {next}.", FiguresOf(now), "/destinations");
                case GateState.Down:
                    return new(VerdictLevel.Watch, Culprit.Crm, $"{First(destination.Problem)}.", $"{waiting} on the disk, the oldest for {Show.Span(now.LagOf(destination))}; nothing is lost. Next probe in {next}, then all of it goes out.", FiguresOf(now), "/destinations");
                case GateState.Paused:
                    return new(VerdictLevel.Watch, Culprit.Us, $"{First(destination.Problem)}.", $"{waiting} on the disk; nothing is lost. It goes on when somebody resumes it.", FiguresOf(now), "/destinations");
                case GateState.Held:
                    return new(VerdictLevel.Watch, Culprit.Crm, $"'{destination.Destination}' is throttling us.", $"It asked for a pause; {waiting}. Goes on in {next}.", FiguresOf(now), "/destinations");
                case GateState.Open when destination.RateFreeAt is not null && now.LagOf(destination) > _late:
                    return new(VerdictLevel.Watch, Culprit.Us, $"'{destination.Destination}' is {Show.Span(now.LagOf(destination))} behind: its RateLimit holds us back.", $"{waiting}{(destination.UsedUpIn is { } left ? $"; the day's requests last {Show.Span(left)} more" : "")}.", FiguresOf(now), "/destinations");
                case GateState.Open when now.LagOf(destination) > _late:
                    return new(VerdictLevel.Watch, Culprit.Crm, $"'{destination.Destination}' is {Show.Span(now.LagOf(destination))} behind.", $"{waiting}; it takes {Show.Rate(now.Rates?.Delivered)} at {destination.Concurrency} requests at once.", FiguresOf(now), "/destinations");
            }
        }

        return null;
    }

    private static Verdict? Missing(Overview now)
    {
        var open = now.OpenGaps;
        if (open.Count == 0)
            return null;
        var gaps = open.Count == 1 ? "1 gap is" : $"{open.Count} gaps are";
        return open.FirstOrDefault(gap => gap.Problem is not null) is { } stuck
            ? new(VerdictLevel.Watch, Culprit.Genesys, $"Receiving, but {gaps} open: {Trimmed(stuck.Problem)}.", "Asked for again by itself, for a day.", FiguresOf(now), "/trouble#gaps")
            : new(VerdictLevel.Watch, open.All(gap => gap.Reason is GapReason.Restart) ? Culprit.Us : Culprit.Network, $"Receiving; {gaps} being filled.", "Fetched by itself; closed once an answer brings nothing new.", FiguresOf(now), "/trouble#gaps");
    }

    private static Verdict? DeadLetters(Overview now) => now.DeadLetters == 0 ? null : new(
        VerdictLevel.Act, Culprit.Crm, now.DeadLetters == 1 ? "Events flow; 1 event was refused for good and waits for a decision." : $"Events flow; {Show.Count(now.DeadLetters)} events were refused for good and wait for a decision.",
        "Mend the cause, then replay them; or discard them with a reason.", FiguresOf(now), "/trouble");

    private static Verdict Good(Overview now) => now.Since is null
        ? new(VerdictLevel.Good, Culprit.Nobody, $"Connected for {Show.Span(now.ConnectedFor)}, no event yet.", "Quiet queues are normal: the line is heard to be open.", FiguresOf(now), "/events")
        : new(VerdictLevel.Good, Culprit.Nobody, "Healthy: events flow, nothing is missing.", now.Held > 0 ? $"{Show.Count(now.Held)} wait for numbers before them, the oldest for {Show.Span(now.HeldFor)}." : now.Waiting == 0 ? "Everything accepted has been delivered." : $"{Show.Count(now.Waiting)} on their way.", FiguresOf(now), "/events");

    /// <summary>The four questions in figures: connected, losing, delivered, late; and the disk where it is short.</summary>
    private static string[] FiguresOf(Overview now) =>
    [
        now.Silence is { } silence ? $"heard {Show.Span(silence)} ago" : $"no connection for {Show.Span(now.DownFor)}",
        now.OpenGaps.Count switch { 0 => "no open gap", 1 => "1 open gap", var count => $"{count} open gaps" },
        now.Waiting == 0 ? "nothing waits" : $"{Show.Count(now.Waiting)} wait, oldest {Show.Span(now.Lag)}",
        .. now.Held > 0 ? [$"{Show.Count(now.Held)} held behind a gap, oldest {Show.Span(now.HeldFor)}"] : (string[])[],
        now.DeadLetters == 0 ? "no dead letter" : $"{Show.Count(now.DeadLetters)} dead letters",
        .. IsLow(now) ? [$"{Show.Bytes(now.DiskFree)} of disk free"] : (string[])[],
    ];

    /// <summary>A close that Genesys sent is its own; everything else may lie anywhere between.</summary>
    private static Culprit CulpritOf(string? problem) => problem is not null && (problem.Contains("Genesys", StringComparison.Ordinal) || problem.Contains("HTTP 5", StringComparison.Ordinal) || problem.Contains("503", StringComparison.Ordinal)) ? Culprit.Genesys : Culprit.Network;

    private static string Reason(string problem) => (problem.StartsWith(NotConnected, StringComparison.Ordinal) ? problem[NotConnected.Length..] : problem).TrimEnd('.');

    private static string Trimmed(string? problem) => problem is null ? "no answer" : problem.TrimEnd('.');

    /// <summary>The first clause, as a sentence.</summary>
    private static string First(string? problem) => problem is { Length: > 0 } text ? char.ToUpperInvariant(text[0]) + text[1..].Split(';')[0].TrimEnd('.') : "It does not answer";

    private static string Sentenced(string? problem) => problem is null ? "" : problem.TrimEnd('.') + ".";
}
