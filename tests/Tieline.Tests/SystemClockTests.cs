using System.Text.RegularExpressions;
using Tieline.TestKit;

namespace Tieline.Tests;

/// <summary>The system clock may be set, so no wait is measured on it (ADR 43). Each file that reads it is listed here with what for; everything else uses <c>GetMonotonicTime</c>.</summary>
public sealed class SystemClockTests
{
    /// <summary>Whoever adds a file says here that it reads the time of day for a record or for people, and waits for nothing by it.</summary>
    private static readonly string[] _mayRead =
    [
        "src/Tieline/Audit/AuditLog.cs", // a line's time
        "src/Tieline/Delivery/*", // times of attempts, signatures, Retry-After as a date
        "src/Tieline/Diagnostics/ClockSteps.cs", // compares both
        "src/Tieline/Diagnostics/MonotonicClock.cs", // for people
        "src/Tieline/Diagnostics/SteadyClock.cs", // where it begins
        "src/Tieline/Diagnostics/Moment.cs",
        "src/Tieline/Forwarding/AuditForwarder.cs", // when it last succeeded
        "src/Tieline/Forwarding/OtlpSink.cs", // Retry-After as a date, observed time
        "src/Tieline/Genesys/Details/*", // when it was asked; Retry-After as a date
        "src/Tieline/Genesys/Notifications/ChannelClient.cs", // Retry-After as a date
        "src/Tieline/Genesys/Notifications/ChannelKeeper.cs", // the end of a span
        "src/Tieline/Genesys/Notifications/ChannelOpener.cs", // the start of a span; Retry-After as a date
        "src/Tieline/Genesys/Notifications/NotificationSource.cs", // the start of a span
        "src/Tieline/Genesys/Notifications/QueueDirectory.cs", // the start of a span
        "src/Tieline/Genesys/Reconnecting/RestProbe.cs", // Retry-After as a date
        "src/Tieline/Genesys/SourceClock.cs",
        "src/Tieline/Genesys/SourceStatus.cs", // since when, for people
        "src/Tieline/Genesys/StreamConnector.cs", // Retry-After as a date
        "src/Tieline/Genesys/TokenProvider.cs", // when a token ends, for people
        "src/Tieline/Genesys/StreamSession.cs", // when an event was received
        "src/Tieline/Journal/JournalWriter.cs", // times of rows
        "src/Tieline/Journal/RetentionLoop.cs", // how old rows are
        "src/Tieline/Journal/SqliteJournal.cs", // where a new destination begins
        "src/Tieline/Pipeline/BackfillLoop.cs",
        "src/Tieline/Pipeline/ClockWatch.cs", // compares both
        "src/Tieline/Pipeline/DeadLetterDesk.cs",
        "src/Tieline/Pipeline/EventIntake*.cs", // when an event was received
        "src/Tieline/Pipeline/HoldLoop.cs",
        "src/Tieline/Pipeline/LiveConversations.cs", // states outlive the process; SnapshotIntake moves them with the clock
        "src/Tieline/Pipeline/Reconcil*.cs", // which day, and when
        "src/Tieline/Pipeline/SnapshotIntake.cs", // as LiveConversations
        "src/Tieline/Pipeline/SweepLoop.cs", // as LiveConversations
        "src/Tieline.Service/Alerts/AlertLoop.cs", // since when, for people
        "src/Tieline.Service/Alerts/AlertPost.cs", // its signature; Retry-After as a date
        "src/Tieline.Service/Commands/*", // spans that people ask for
        "src/Tieline.Service/Conform/Receiver.cs", // signatures
        "src/Tieline.Service/Desks/FilterDesk.cs", // a span
        "src/Tieline.Service/Doctor/*", // compares clocks and certificates
        "src/Tieline.Service/Http/*", // spans that people ask for, and ages of what is stored
        "src/Tieline.Service/Web/*", // what people read
    ];

    [Fact]
    public void Only_files_that_are_listed_read_the_system_clock()
    {
        var allowed = _mayRead.Select(pattern => new Regex("^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.NonBacktracking)).ToList();
        string[] others =
        [
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories)
                .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal))
                .Select(file => Path.GetRelativePath(Repository.Root, file))
                .Where(file => !file.StartsWith("src/Tieline.Simulator", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
                .Where(file => File.ReadAllText(Path.Combine(Repository.Root, file)).Contains("GetUtcNow()", StringComparison.Ordinal))
                .Where(file => !allowed.Exists(pattern => pattern.IsMatch(file))),
        ];
        others.ShouldBeEmpty("a wait belongs on GetMonotonicTime(); a time for a record or for people belongs on this list");
    }

    /// <summary>What the console shows again after a while is measured on the monotonic clock too: a page would else stand still for as long as the clock was set back.</summary>
    [Fact]
    public void No_page_measures_an_age_by_the_system_clock()
    {
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Tieline.Service", "Web"), "*.razor", SearchOption.AllDirectories)
            .Where(file => Regex.IsMatch(File.ReadAllText(file), @"GetUtcNow\(\) - _|_\w+ = Clock\.GetUtcNow", RegexOptions.NonBacktracking))
            .ShouldBeEmpty();
    }
}
