using Microsoft.Data.Sqlite;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Storage;
using Tieline.TestKit;
using Tieline.Tests.Delivery;

namespace Tieline.Tests.Reconcile;

public sealed class ReplayTests
{
    [Fact]
    public async Task A_destination_that_is_not_meant_passes_over_it_and_waits_for_nothing()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = new ReconcileRig();
        using var metrics = new TielineMetrics();
        using var stopping = new CancellationTokenSource();
        await rig.HaveAsync(1);
        await rig.ReceiveAsync([Some.Event(5, "c5")], delivered: false);
        var options = new DestinationOptions { Url = crm.Url };
        using var http = new HttpMessageInvoker(Destination.CreateHandler(options));
        var dispatcher = new Dispatcher(
            rig.Journal, new Destination(options, http, new WebhookRequestFactory(options, "test"), TimeProvider.System, metrics), options, TimeProvider.System, () => 0.5, metrics, rig.Logs.For<Dispatcher>());
        var running = Task.Run(() => dispatcher.RunAsync(stopping.Token, ReconcileRig.Cancellation), ReconcileRig.Cancellation);

        (await ReplayAsync(rig, 2, ReconcileRig.Erp)).ShouldBe(new JournalPosition(6));
        await rig.Journal.PostAsync(new JournalWork.Append(Some.Redacted(7, "c7"), new Tieline.Sequencing.Mark(1, 7, Some.Time), false), ReconcileRig.Cancellation);
        (await ReplayAsync(rig, 3, ReconcileRig.Crm)).ShouldBe(new JournalPosition(8));
        (await ReplayAsync(rig, 99, ReconcileRig.Crm)).ShouldBeNull();

        await SettledThroughAsync(rig, ReconcileRig.Crm, 8);
        dispatcher.Status.Waiting.ShouldBe(0);
        rig.Scalar("SELECT count(*) FROM delivery WHERE outcome = 'delivered' AND destination = 1 AND position > 4").ShouldBe(3);
        rig.Unsettled(ReconcileRig.Erp).Select(entry => entry.Position.Value).ShouldBe([5, 6, 7]);
        await stopping.CancelAsync();
        await running;
    }

    /// <summary>What an older Tieline left: how far retention had come, and where its destinations began, is read from what is there.</summary>
    [Fact]
    public void An_older_journal_is_told_what_was_removed_and_where_destinations_began()
    {
        using var temp = new TempDirectory();
        var path = temp.FileNamed(JournalSchema.FileName);
        using (var old = Database.OpenForWriting(path, [.. JournalSchema.Migrations.Take(2)]))
        {
            Database.Execute(old, """
                UPDATE mark SET next_position = 10, occurred_at = 5000;
                INSERT INTO destination(number, name, position) VALUES (1, 'crm', 9), (2, 'erp', 9), (3, 'new', 9);
                INSERT INTO delivery SELECT 1, value, 'delivered', 200, 1, 0 FROM json_each('[4,5,6,7,8,9]');
                INSERT INTO delivery SELECT 2, value, 'delivered', 200, 1, 0 FROM json_each('[8,9]');
                INSERT INTO event SELECT value, zeroblob(16), 1, value, 'c', 't', NULL, value, NULL, NULL, '[]', 0, value * 100, 0 FROM json_each('[2,4,5,6,7,8,9]');
                INSERT INTO dead_letter VALUES (1, 2, 422, 'bad', 1, 0);
                """);
        }

        using (Database.OpenForWriting(path, JournalSchema.Migrations))
        {
        }

        using var reader = new JournalReader(path);
        reader.ReadRemoved().ShouldBe((new JournalPosition(3), DateTimeOffset.FromUnixTimeMilliseconds(400)));
        reader.ReadPlaces().Select(place => (place.Name, place.StartsAfter.Value)).ShouldBe([("crm", 3), ("erp", 7), ("new", 9)]);
        SqliteConnection.ClearAllPools();
    }

    private static async Task SettledThroughAsync(ReconcileRig rig, string destination, long position)
    {
        for (var fact = rig.Journal.Counters.NextFact - 1; rig.Journal.ReadSettledThrough(rig.Journal.NumberOf(destination)).Value < position; fact = rig.Journal.Counters.NextFact - 1)
            await Task.WhenAny(rig.Journal.WaitForFactsAsync(fact, ReconcileRig.Cancellation), Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ReconcileRig.Cancellation));
    }

    private static async Task<JournalPosition?> ReplayAsync(ReconcileRig rig, long position, string destination)
    {
        var done = new TaskCompletionSource<JournalPosition?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await rig.Journal.PostAsync(new JournalWork.Replay(new JournalPosition(position), rig.Journal.NumberOf(destination), done), ReconcileRig.Cancellation);
        return await done.Task.WaitAsync(ReconcileRig.Cancellation);
    }
}
