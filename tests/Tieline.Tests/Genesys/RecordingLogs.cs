using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Tieline.Tests.Genesys;

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordingLogs
{
    private readonly ConcurrentQueue<(LogLevel Level, int Id, string Text)> _lines = new();

    public IReadOnlyList<string> Errors => [.. _lines.Where(line => line.Level >= LogLevel.Error).Select(line => line.Text)];

    public int Count(int id) => _lines.Count(line => line.Id == id);

    public ILogger<T> For<T>() => new Logger<T>(_lines);

    public void ShouldHoldNoSecret()
    {
        foreach (var line in _lines)
        {
            line.Text.ShouldNotContain("token-");
            line.Text.ShouldNotContain("s3cret");
            line.Text.ShouldNotContain("Nobody");
        }
    }

    private sealed class Logger<T>(ConcurrentQueue<(LogLevel Level, int Id, string Text)> lines) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue((logLevel, eventId.Id, formatter(state, exception)));
    }
}
