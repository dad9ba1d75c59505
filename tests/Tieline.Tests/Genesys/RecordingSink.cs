using System.Threading.Channels;
using Tieline.Events;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

/// <summary>Writes down every call as a line.</summary>
internal sealed class RecordingSink : IFrameSink
{
    private readonly Channel<string> _calls = Channel.CreateUnbounded<string>();

    public long? LastSequence { get; private set; }

    /// <summary>The last frame's length.</summary>
    public int LastLength { get; private set; }

    /// <summary>Thrown at the next frame.</summary>
    public Exception? Trouble { get; set; }

    /// <summary>Until then it takes no frame in full.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    public Task<string> NextAsync() => _calls.Reader.ReadAsync().AsTask().WaitAsync(Patience.Bound);

    public async Task ShouldGetAsync(params string[] calls)
    {
        foreach (var call in calls)
            (await NextAsync()).ShouldBe(call);
    }

    public void OnConnected(bool continuous) => Write(continuous ? "taken over" : "connected");

    public void OnDisconnected() => Write("disconnected");

    public void OnRefused(FrameFault fault) => Write($"refused {fault}");

    public ValueTask OnFrameAsync(ReadOnlyMemory<byte> utf8, CancellationToken aborting)
    {
        if (Trouble is not null)
            throw Trouble;
        LastLength = utf8.Length;
        var skim = EventSkimmer.Skim(utf8.Span);
        LastSequence = skim.Sequence ?? LastSequence;
        Write(skim.Sequence is { } sequence ? $"{sequence}" : $"{skim.Fault}");
        return new ValueTask(Hold);
    }

    private void Write(string call) => _calls.Writer.TryWrite(call);
}
