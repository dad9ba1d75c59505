using Microsoft.Extensions.Time.Testing;
using Tieline.Diagnostics;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

public sealed class SourceStatusTests
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _clock = new(Frames.ReceivedAt);
    private readonly SpecificationMetrics _specification;
    private readonly SourceStatus _status;

    public SourceStatusTests()
    {
        _specification = new SpecificationMetrics(_clock);
        _status = new SourceStatus(_clock, _specification, SilenceLimits.Stream);
    }

    [Fact]
    public void Set_TheSameStateAgain_KeepsSinceAndTakesTheProblem()
    {
        _status.State.ShouldBe(SourceState.Starting);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _status.Set(SourceState.TokenRefused, "check this");
        _clock.Advance(TimeSpan.FromSeconds(1));
        _status.Set(SourceState.TokenRefused, "check that");
        _status.Since.ShouldBe(Frames.ReceivedAt.AddSeconds(1));
        _status.Problem.ShouldBe("check that");
        _status.NeedsAttention.ShouldBeTrue();
        _status.Set(SourceState.Connected);
        _status.Current.ShouldBe(new SourceStatus.Snapshot(SourceState.Connected, null, Frames.ReceivedAt.AddSeconds(2)));
        _status.NeedsAttention.ShouldBeFalse();
    }
    [Fact]
    public void Current_UnheardForLongerThanAGenesysThatLives_IsSilentUntilItIsHeard()
    {
        Connect();
        _clock.Advance(SilenceLimits.Stream.Overdue - _tick);
        _status.State.ShouldBe(SourceState.Connected);
        _clock.Advance(TimeSpan.FromSeconds(7) + _tick);
        _status.Current.ShouldBe(new SourceStatus.Snapshot(
            SourceState.Silent, "No answer from Genesys for 22 s; the connection is replaced after 45 s at the latest", Frames.ReceivedAt));
        _status.NeedsAttention.ShouldBeFalse();
        _specification.Heard();
        _status.Current.ShouldBe(new SourceStatus.Snapshot(SourceState.Connected, null, Frames.ReceivedAt));
    }

    [Fact]
    public void Current_WhileNothingIsRead_IsNoSilenceOfGenesys()
    {
        Connect();
        _specification.PauseReading();
        _clock.Advance(TimeSpan.FromMinutes(1));
        _status.State.ShouldBe(SourceState.Connected);
        _specification.ResumeReading();
        _clock.Advance(SilenceLimits.Stream.Overdue - _tick);
        _status.State.ShouldBe(SourceState.Connected);
        _clock.Advance(_tick);
        _status.State.ShouldBe(SourceState.Silent);
    }

    [Fact]
    public void Current_WithoutAConnection_SaysWhatIsKnown()
    {
        Connect();
        _specification.Disconnected();
        _status.Set(SourceState.BackingOff, "Not connected: x");
        _clock.Advance(TimeSpan.FromMinutes(1));
        _status.Current.ShouldBe(new SourceStatus.Snapshot(SourceState.BackingOff, "Not connected: x", Frames.ReceivedAt));
    }

    private void Connect()
    {
        _specification.Connected();
        _status.Set(SourceState.Connected);
    }
}
