using Microsoft.AspNetCore.Http;
using Tieline.Delivery;
using Tieline.Journal;

namespace Tieline.Tests.Delivery;

/// <summary>One read of the journal fails, each in its turn: the dispatcher that the supervisor makes next goes on from what is durable.</summary>
public sealed class DispatcherRestartTests
{
    private const int LoopWaitsForDisk = 6003;

    public static TheoryData<string, int> Reads()
    {
        var reads = new TheoryData<string, int>();
        foreach (var method in (string[])
            [nameof(IJournal.ReadSettledThrough), nameof(IJournal.CountSettledAbove), nameof(IJournal.ReadAttemptsSince), nameof(IJournal.ReadHeldUntil), nameof(IJournal.ReadWaitingConversations)])
            reads.Add(method, 1);
        foreach (var (method, calls) in ((string, int)[])[(nameof(IJournal.ReadEntries), 2), (nameof(IJournal.ReadEntriesOf), 3), (nameof(IJournal.ReadWaiting), 3), (nameof(IJournal.IsWaitedFor), 3)])
        {
            for (var call = 1; call <= calls; call++)
                reads.Add(method, call);
        }

        return reads;
    }

    /// <summary>A long conversation, of which most is left on the disk; and one that waits behind a dead letter, is let go on, and is refused again.</summary>
    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Everything_is_delivered_once_and_nothing_is_left_waiting(string method, int call)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        (rig.Options.OnDeadLetter, rig.Options.RateLimit.PerDay) = (DeadLetterMode.Hold, 100_000);
        var refusals = new Dictionary<string, int>(StringComparer.Ordinal) { ["bad"] = 3, ["worse"] = 2 };
        crm.Answer = (request, context) =>
        {
            lock (refusals)
            {
                if (refusals.TryGetValue(request.ConversationId, out var left) && left > 0)
                {
                    refusals[request.ConversationId] = left - 1;
                    context.Response.StatusCode = 422;
                }
            }

            return Task.CompletedTask;
        };
        BrokenJournal? broken = null;
        rig.Between = journal => broken = new BrokenJournal(journal, method, call);
        rig.Logs.Expect(LoopWaitsForDisk);
        await rig.AppendAsync([.. Enumerable.Repeat("bad", 100), "worse", "worse", .. Enumerable.Repeat("long", 200), "a", "b"]);
        rig.StartSupervised();
        while (rig.Count("SELECT count(*) FROM delivery WHERE outcome = 'delivered'") < 304)
        {
            foreach (var position in Letters(rig))
            {
                var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                await rig.Journal.PostAsync(new JournalWork.ReplayDeadLetter(position, rig.Journal.NumberOf(rig.Options.Name), "anna", done), rig.Limit);
                await done.Task.WaitAsync(rig.Limit);
            }

            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        }

        broken!.HasFailed.ShouldBeTrue();
        rig.Logs.Has(LoopWaitsForDisk).ShouldBeTrue();
        foreach (var (conversation, ids) in crm.Accepted)
            ids.Distinct().Count().ShouldBe(ids.Count, $"{conversation}: each once");
        crm.Accepted.Values.Sum(ids => ids.Count).ShouldBe(304, $"{rig.Count("SELECT max(attempts) FROM delivery")} attempts");
        crm.Overlaps.ShouldBe(0);
        while (rig.Dispatcher.Status.Waiting > 0 || rig.Dispatcher.Status.OldestWaitingSince is not null)
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        rig.Count("SELECT count(*) FROM waiting").ShouldBe(0);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
        await rig.AppendAsync("c"); // what an earlier run has settled is gone past with the next
        await rig.CountsAsync("SELECT position FROM destination", 305);
    }

    [Fact]
    public async Task What_is_in_flight_when_it_fails_is_answered_and_noted_before_the_next_begins()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        var release = new TaskCompletionSource();
        crm.Answer = (request, _) => request.ConversationId == "slow" ? release.Task : Task.CompletedTask;
        BrokenJournal? broken = null;
        rig.Between = journal => broken = new BrokenJournal(journal, nameof(IJournal.ReadEntries), 2);
        rig.Logs.Expect(LoopWaitsForDisk);
        await rig.AppendAsync("slow");
        rig.StartSupervised();
        await crm.Arrived.WaitPastAsync(0, rig.Limit);
        await rig.AppendAsync("a");
        while (!broken!.HasFailed)
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        crm.Requests.Count.ShouldBe(1);
        release.SetResult();
        await rig.SettledAsync(2);
        crm.Requests.Select(request => request.ConversationId).ShouldBe(["slow", "a"]);
    }

    [Fact]
    public async Task A_dispatcher_runs_once()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        rig.Start();
        rig.Stop();
        await rig.StoppedAsync();
        await Should.ThrowAsync<InvalidOperationException>(() => rig.Dispatcher.RunAsync(CancellationToken.None, CancellationToken.None));
    }

    private static List<JournalPosition> Letters(DeliveryRig rig) =>
        [.. rig.Journal.Read(reader => reader.ReadDeadLetters(new DeadLetterQuery(), new DeadLetterCursor(JournalPosition.Start, new DestinationNumber(0)), 10)).Select(letter => letter.Letter.Position)];
}
