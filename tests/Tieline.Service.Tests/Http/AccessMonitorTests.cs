using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Service.Hosting;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Http;

[Collection(nameof(MetersAreOfTheProcess))]
public sealed class AccessMonitorTests
{
    private readonly LogLines _log = new();
    private readonly ManualTime _clock = new();

    [Fact]
    public void Strangers_fill_no_log_and_every_refusal_is_counted()
    {
        using var metrics = new TielineMetrics();
        using var listener = new MeterListener();
        var counted = 0L;
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => counted += value);
        listener.EnableMeasurementEvents(metrics.AccessRefused);
        var monitor = new AccessMonitor(new RunningParts(), metrics, _clock, _log);

        for (var request = 0; request < 800; request++)
            monitor.Refused(Refusal.Token);
        monitor.Refused(Refusal.Origin);
        _clock.StepClock(TimeSpan.FromDays(1));
        monitor.Refused(Refusal.Token);
        _clock.Advance(TimeSpan.FromMinutes(1));
        monitor.Refused(Refusal.Token);

        counted.ShouldBe(803);
        _log.Lines.ShouldBe(["Refused 1 requests (token) since the last such message", "Refused 1 requests (origin) since the last such message", "Refused 801 requests (token) since the last such message"]);
    }

    private sealed class LogLines : ILogger<AccessMonitor>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
