using Microsoft.Extensions.Time.Testing;
using Tieline.Service.Hosting;

namespace Tieline.Service.Tests.Hosting;

public sealed class StopSignalsTests
{
    [Fact]
    public void Stop_AbortsWhenTheTimeIsOverAndNotBefore()
    {
        var clock = new FakeTimeProvider();
        using var signals = new StopSignals(clock);

        signals.Stop();
        clock.Advance(StopSignals.AbortAfter - TimeSpan.FromMilliseconds(1));
        signals.Stopping.IsCancellationRequested.ShouldBeTrue();
        signals.Aborting.IsCancellationRequested.ShouldBeFalse();

        clock.Advance(TimeSpan.FromMilliseconds(1));
        signals.Aborting.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void Abort_StopsToo()
    {
        using var signals = new StopSignals(new FakeTimeProvider());

        signals.Abort();

        signals.Stopping.IsCancellationRequested.ShouldBeTrue();
        signals.Aborting.IsCancellationRequested.ShouldBeTrue();
    }
}
