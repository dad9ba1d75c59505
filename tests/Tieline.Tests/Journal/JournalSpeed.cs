using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Journal;

/// <summary>Figures, not a test: <c>dotnet test -c Release --project tests/Tieline.Tests --filter-class Tieline.Tests.Journal.JournalSpeed --explicit only --output Detailed</c></summary>
public sealed class JournalSpeed(ITestOutputHelper output)
{
    private const int Events = 200_000;

    [Fact(Explicit = true)]
    public async Task Events_a_second_that_become_durable()
    {
        using var temp = new TempDirectory();
        using var directory = DataDirectory.Open(temp.FileNamed("data"));
        using var metrics = new TielineMetrics();
        using var logs = new LogGuard();
        using var journal = SqliteJournal.Open(directory, [JournalRig.Crm], TimeProvider.System, metrics, logs.For<SqliteJournal>());
        var writing = Task.Run(() => journal.WriteAsync(CancellationToken.None), JournalRig.Cancellation);
        // About 1 KB a row, in the shape that a conversation of some length has.
        var participants = Enumerable.Range(0, 9).Select(number => new Participant($"88fd7719-f610-58e8-8d36-b131cc656c{number:x2}", "customer", $"user:ce69679a-80db-56ee-b96c-b4a767b230{number:x2}")).ToList();
        var events = Enumerable.Range(0, 1_000).Select(number => new RedactedEvent(Some.Event(number, $"5a5c561e-e0e2-57a7-82e8-3a363a89{number:x4}") with { Participants = participants })).ToList();
        for (var round = 0; round < 3; round++)
        {
            var began = TimeProvider.System.GetTimestamp();
            var cpu = Environment.CpuUsage.TotalTime;
            for (var sequence = 0; sequence < Events; sequence++)
                await journal.PostAsync(new JournalWork.Append(events[sequence % events.Count], new Mark(1, sequence, Some.Time), false), JournalRig.Cancellation);
            await journal.WaitForDurabilityAsync(JournalRig.Cancellation);
            var took = TimeProvider.System.GetElapsedTime(began);
            output.WriteLine(
                $"{Events / took.TotalSeconds:N0} events/s appended and durable, {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / Events:N1} µs CPU each, "
                + $"{journal.Read(reader => reader.ReadBytes()) / (double)(Events * (round + 1)):N0} bytes each");
        }

        journal.Complete();
        await writing;
    }

    [Fact(Explicit = true)]
    public void Times_read_a_second()
    {
        const int Times = 5_000_000;
        var text = "2026-03-02T09:14:07.218Z"u8;
        var cpu = Environment.CpuUsage.TotalTime;
        var read = 0;
        for (var count = 0; count < Times; count++)
            read += EventTime.TryParse(text, out _) ? 1 : 0;
        read.ShouldBe(Times);
        output.WriteLine($"{(Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / Times:N1} ns CPU a time");
    }
}
