using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Tieline.Events;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Notifications;

/// <summary>Writes down every call as a line: a notification as its number, what was missed as seconds since the clock's start.</summary>
internal sealed class NotedNotifications : INotificationSink
{
    private readonly Channel<string> _calls = Channel.CreateUnbounded<string>();

    public ConcurrentDictionary<string, bool> Numbers { get; } = new();

    public int Missed { get; private set; }

    public DateTimeOffset? SeenUntil { get; init; }

    /// <summary>Thrown at the next notification.</summary>
    public Exception? Trouble { get; set; }

    public async Task ShouldGetAsync(params string[] calls)
    {
        foreach (var call in calls)
            (await _calls.Reader.ReadAsync().AsTask().WaitAsync(Patience.Bound)).ShouldBe(call);
    }

    /// <summary>Passes over calls until this one.</summary>
    public async Task UntilAsync(string call)
    {
        while (await _calls.Reader.ReadAsync().AsTask().WaitAsync(Patience.Bound) != call)
        {
        }
    }

    public ValueTask OnNotificationAsync(ReadOnlyMemory<byte> utf8, CancellationToken aborting)
    {
        if (Trouble is not null)
            throw Trouble;
        using var envelope = JsonDocument.Parse(utf8);
        var number = envelope.RootElement.GetProperty("eventBody").GetProperty("id").GetString()!;
        Numbers[number] = true;
        _calls.Writer.TryWrite(number);
        return ValueTask.CompletedTask;
    }

    public ValueTask OnMissedAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken aborting)
    {
        Missed++;
        _calls.Writer.TryWrite($"missed {Seconds(from)} to {Seconds(to)}");
        return ValueTask.CompletedTask;
    }

    public void OnRefused(FrameFault fault) => _calls.Writer.TryWrite($"refused {fault}");

    private static string Seconds(DateTimeOffset time) => (time - Frames.ReceivedAt).TotalSeconds.ToString(CultureInfo.InvariantCulture);
}
