using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Tieline.TestKit;

/// <summary>Loggers for a test. <see cref="Verify"/> fails it for any line at Error or above that it had not announced with <see cref="Expect"/>.</summary>
public sealed class LogGuard : ILoggerFactory
{
    private readonly ConcurrentQueue<(LogLevel Level, int EventId, string Message)> _lines = new();
    private readonly HashSet<int> _expected = [];
    private TaskCompletionSource _next = NewSignal();

    public IReadOnlyCollection<(LogLevel Level, int EventId, string Message)> Lines => _lines;

    /// <summary>This test brings about a line with this event id.</summary>
    public void Expect(int eventId) => _expected.Add(eventId);

    public bool Has(int eventId) => _lines.Any(line => line.EventId == eventId);

    /// <summary>Completes when a line with this event id has been logged; at once if one has.</summary>
    public async Task WaitForAsync(int eventId, CancellationToken cancellation)
    {
        while (true)
        {
            var next = _next.Task;
            if (Has(eventId))
                return;
            await next.WaitAsync(cancellation);
        }
    }

    public void Verify()
    {
        var unexpected = _lines.Where(line => line.Level >= LogLevel.Error && !_expected.Contains(line.EventId)).Select(line => line.Message).ToList();
        if (unexpected.Count > 0)
            throw new InvalidOperationException("Logged at Error or above, unannounced:\n" + string.Join('\n', unexpected));
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public ILogger<T> For<T>() => new Logger<T>(this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This factory keeps its lines itself");

    public void Dispose() => Verify();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Logger(LogGuard guard) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            guard._lines.Enqueue((logLevel, eventId.Id, formatter(state, exception) + (exception is null ? "" : " | " + exception)));
            Interlocked.Exchange(ref guard._next, NewSignal()).SetResult();
        }
    }
}
