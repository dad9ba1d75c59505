namespace Tieline.Tests.Audit;

public sealed class AuditDiskFullTests
{
    /// <summary>At least so many are written before the head is saved.</summary>
    private const int WrittenBytes = 2_200;

    [Fact]
    public async Task RunAsync_DiskFullAtAnyByte_GoesOnWhereItWasWhenThereIsRoom()
    {
        // Two files of a few lines and their checkpoints: full at each 37th byte of them.
        for (var room = 0; room < WrittenBytes; room += 37)
        {
            using var rig = AuditRig.With(facts: 6);
            rig.Options.MaxFileBytes = 1_500;
            var disk = new FullDisk { Room = room };
            rig.Opener = disk.Open;
            using var stopping = new CancellationTokenSource();
            var running = rig.Projection().RunAsync(stopping.Token, CancellationToken.None);
            await FailsTwiceAsync(rig, disk, running);
            disk.Room = long.MaxValue;
            await CatchesUpAsync(rig);
            await stopping.CancelAsync();
            await running;

            rig.ShouldHoldEachFactOnce();
            var report = await rig.VerifyAsync(journalHead: rig.Facts.Head, newestFact: () => 6);
            report.FirstBad.ShouldBeNull($"with room for {room}");
            report.Notes.ShouldBeEmpty();
            rig.Logs.Count(4010).ShouldBe(1);
            rig.Logs.Count(4011).ShouldBe(1);
            rig.Lines.ShouldNotContain(line => line.Contains("log-repaired", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task RunAsync_FsyncFails_WritesAgainWhatItCouldNotVouchFor()
    {
        using var rig = AuditRig.With(facts: 6);
        rig.Options.MaxFileBytes = 1_500;
        for (var syncs = 0; syncs < 8; syncs++)
        {
            var disk = new FullDisk { SyncsLeft = syncs % 4 };
            rig.Opener = disk.Open;
            rig.Facts.Add(AuditFacts.Some(rig.Facts.All.Count + 1, rig.Facts.All.Count + 10));
            using var stopping = new CancellationTokenSource();
            var running = rig.Projection().RunAsync(stopping.Token, CancellationToken.None);
            await FailsTwiceAsync(rig, disk, running);
            disk.SyncsLeft = int.MaxValue;
            await CatchesUpAsync(rig);
            await stopping.CancelAsync();
            await running;
        }

        rig.ShouldHoldEachFactOnce();
        (await rig.VerifyAsync(journalHead: rig.Facts.Head)).FirstBad.ShouldBeNull();
    }

    [Fact]
    public async Task RunAsync_DiskStillFullAtTheStop_EndsAndTheNextStartFinishes()
    {
        using var rig = AuditRig.With(facts: 6);
        var disk = new FullDisk { Room = 1_000 };
        rig.Opener = disk.Open;
        await rig.RunOnceAsync();
        rig.Logs.Count(4013).ShouldBe(1);
        rig.Opener = null;
        await rig.RunOnceAsync();

        rig.ShouldHoldEachFactOnce();
        (await rig.VerifyAsync()).FirstBad.ShouldBeNull();
        rig.Lines.Count(line => line.Contains("log-repaired", StringComparison.Ordinal)).ShouldBe(1);
    }

    private static async Task FailsTwiceAsync(AuditRig rig, FullDisk disk, Task running)
    {
        while (disk.Failures < 2 && !running.IsCompleted)
        {
            rig.Clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }
    }

    private static async Task CatchesUpAsync(AuditRig rig)
    {
        while (rig.Facts.Head?.Fact != rig.Facts.All.Count)
        {
            rig.Clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }
    }
}
