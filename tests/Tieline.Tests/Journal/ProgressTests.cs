using Tieline.Journal;

namespace Tieline.Tests.Journal;

public sealed class ProgressTests
{
    [Fact]
    public async Task WaitPast_EndsOnlyWhenTheNumberIsAbove()
    {
        var progress = new Progress(5);
        progress.WaitPastAsync(4, JournalRig.Cancellation).IsCompletedSuccessfully.ShouldBeTrue();
        var waiting = progress.WaitPastAsync(6, JournalRig.Cancellation);
        progress.Advance(6);
        waiting.IsCompleted.ShouldBeFalse();
        progress.Advance(7);
        await waiting;
    }

    [Fact]
    public void Advance_ToALowerNumber_ChangesNothingAndTellsNobody()
    {
        var progress = new Progress(5);
        var told = 0;
        using var listening = progress.OnAdvance(() => told++);
        progress.Advance(5);
        progress.Advance(4);
        (progress.Value, told).ShouldBe((5, 0));
        progress.Advance(6);
        (progress.Value, told).ShouldBe((6, 1));
    }

    [Fact]
    public void OnAdvance_Disposed_IsNotCalledAnyMore()
    {
        var progress = new Progress(0);
        var (first, second) = (0, 0);
        var listening = progress.OnAdvance(() => first++);
        using var other = progress.OnAdvance(() => second++);
        listening.Dispose();
        progress.Advance(1);
        (first, second).ShouldBe((0, 1));
    }

    [Fact]
    public async Task WaitPast_Cancelled_IsCancelled()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = new Progress(0).WaitPastAsync(0, cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
    }
}
