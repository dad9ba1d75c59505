using System.Runtime.Versioning;
using Tieline.Forwarding;

namespace Tieline.Tests.Forwarding;

[SupportedOSPlatform("linux")]
public sealed class AuditForwarderTests
{
    [Fact]
    public async Task RunAsync_FilesRotateAndStartsAreMany_EachLineAndCheckpointGoesOutOnceInOrder()
    {
        using var rig = new ForwardRig();
        rig.Log.Options.MaxFileBytes = 2_000;
        foreach (var upTo in (int[])[7, 40, 41, 90])
        {
            await rig.WriteAsync(upTo);
            await rig.RunOnceAsync();
        }

        rig.Log.Files.Length.ShouldBeGreaterThan(5);
        rig.ShouldHaveArrivedOnce();
        rig.Siem.Lines.FindIndex(line => line.Contains("\"signature\"", StringComparison.Ordinal)).ShouldBeLessThan(8, "a checkpoint goes behind the line it signs");
    }

    [Fact]
    public async Task RunAsync_MoreThanABatch_GoesOutInFullOnesWithoutWaiting()
    {
        using var rig = new ForwardRig();
        await rig.WriteAsync(2_500);
        await rig.RunOnceAsync();

        rig.Siem.Batches.ShouldBe([1_000, 1_000, 502]);
        rig.ShouldHaveArrivedOnce();
    }

    [Fact]
    public async Task RunAsync_ReceiverIsAway_LinesWaitAndGoOutOnceWhenItIsBack()
    {
        using var rig = new ForwardRig();
        rig.Logs.Expect(4030);
        await rig.WriteAsync(5);
        rig.Siem.Problem = "it is away";
        using var stop = new CancellationTokenSource();
        var forwarder = rig.Forwarder();
        var running = forwarder.RunAsync(stop.Token, CancellationToken.None);
        await rig.Logs.WaitForAsync(4030, TestContext.Current.CancellationToken);
        (await rig.Clock.Waits.ReadAsync(TestContext.Current.CancellationToken)).ShouldBe(ForwardDefaults.Retry.MinDelay);
        forwarder.Status.Problem.ShouldBe("it is away");
        forwarder.Status.Waiting.ShouldBe(5);
        forwarder.Status.OldestWaiting.ShouldNotBeNull();
        File.Exists(rig.PositionFile).ShouldBeFalse();

        await rig.WriteAsync(12);
        rig.Siem.Problem = null;
        rig.Clock.Advance(ForwardDefaults.Retry.MinDelay);
        await rig.Logs.WaitForAsync(4031, TestContext.Current.CancellationToken);
        rig.Mark.Finish();
        await stop.CancelAsync();
        await running;

        rig.ShouldHaveArrivedOnce();
        forwarder.Status.Waiting.ShouldBe(0);
        forwarder.Status.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task RunAsync_StoppedWhileTheReceiverIsAway_EndsAtOnceAndTheNextStartGoesOn()
    {
        using var rig = new ForwardRig();
        rig.Logs.Expect(4030);
        await rig.WriteAsync(5);
        rig.Siem.Problem = "it is away";
        using var stop = new CancellationTokenSource();
        var running = rig.Forwarder().RunAsync(stop.Token, CancellationToken.None);
        await rig.Logs.WaitForAsync(4030, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await running;
        rig.Siem.Attempts.ShouldBe(1);

        rig.Siem.Problem = null;
        await rig.RunOnceAsync();
        rig.ShouldHaveArrivedOnce();
    }

    [Fact]
    public async Task RunAsync_LinesThatAreNotDurable_AreLeftAlone()
    {
        using var rig = new ForwardRig();
        await rig.WriteAsync(5);
        var durable = rig.Durable();
        await rig.WriteAsync(9);
        rig.Mark.Set(durable);
        await rig.RunOnceAsync();

        rig.Siem.Lines.Count(line => !line.Contains("\"signature\"", StringComparison.Ordinal)).ShouldBe(5);
    }

    [Fact]
    public async Task RunAsync_TornLine_IsNotSentAndItsRepairIs()
    {
        using var rig = new ForwardRig();
        await rig.WriteAsync(5);
        await File.AppendAllTextAsync(rig.Log.Files[^1], "{\"timestamp\":\"2026-", TestContext.Current.CancellationToken);
        await rig.RunOnceAsync();
        rig.Siem.Lines.ShouldAllBe(line => line.EndsWith("\"}", StringComparison.Ordinal));

        await rig.WriteAsync(8);
        await rig.RunOnceAsync();
        rig.ShouldHaveArrivedOnce();
        rig.Siem.Lines.ShouldContain(line => line.Contains("log-repaired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_TheLineForwardedLastWasChanged_SendsNothingAndSaysSo()
    {
        using var rig = new ForwardRig();
        rig.Logs.Expect(4030);
        await rig.WriteAsync(5);
        await rig.RunOnceAsync();
        var sent = rig.Siem.Lines.Count;
        var file = rig.Log.Files[^1];
        await rig.WriteAsync(8);
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, text.Replace("\"fact\":5", "\"fact\":6", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await rig.RunOnceAsync();

        rig.Siem.Lines.Count.ShouldBe(sent);
        rig.Logs.Lines.ShouldContain(line => line.EventId == 4030 && line.Message.Contains("audit verify", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"file":"audit-1.jsonl","lines":1,"place":{"bytes":9,"lineBytes":3,"lineHash":""},"fact":1,"checkpoints":{"bytes":0,"lineBytes":0,"lineHash":""}}""")]
    public async Task RunAsync_PositionIsNone_SendsNothingAndSaysSo(string position)
    {
        using var rig = new ForwardRig();
        rig.Logs.Expect(4030);
        await rig.WriteAsync(5);
        await File.WriteAllTextAsync(rig.PositionFile, position, TestContext.Current.CancellationToken);
        await rig.RunOnceAsync();

        rig.Siem.Attempts.ShouldBe(0);
        (await File.ReadAllTextAsync(rig.PositionFile, TestContext.Current.CancellationToken)).ShouldBe(position);
    }
}
