using Microsoft.Extensions.Time.Testing;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

public sealed class SourceStatusTests
{
    private readonly FakeTimeProvider _clock = new(Frames.ReceivedAt);

    [Fact]
    public void Set_TheSameStateAgain_KeepsSinceAndTakesTheProblem()
    {
        var status = new SourceStatus(_clock);
        status.State.ShouldBe(SourceState.Starting);
        _clock.Advance(TimeSpan.FromSeconds(1));
        status.Set(SourceState.TokenRefused, "check this");
        _clock.Advance(TimeSpan.FromSeconds(1));
        status.Set(SourceState.TokenRefused, "check that");
        status.Since.ShouldBe(Frames.ReceivedAt.AddSeconds(1));
        status.Problem.ShouldBe("check that");
        status.NeedsAttention.ShouldBeTrue();
        status.Set(SourceState.Connected);
        status.Current.ShouldBe(new SourceStatus.Snapshot(SourceState.Connected, null, Frames.ReceivedAt.AddSeconds(2)));
        status.NeedsAttention.ShouldBeFalse();
    }
}
