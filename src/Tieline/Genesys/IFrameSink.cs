using Tieline.Events;

namespace Tieline.Genesys;

/// <summary>Where a stream hands what it hears. All calls come from one loop at a time, in order.</summary>
internal interface IFrameSink
{
    /// <summary>The highest sequence seen so far; null before the first. A stream that changes sockets reads it to know when the old one has caught up with the new.</summary>
    long? LastSequence { get; }

    /// <summary>A socket is open and subscribed; the frames that follow come over it.</summary>
    /// <param name="continuous">True when it took over from one that was still alive, so that nothing can have been missed in between.</param>
    void OnConnected(bool continuous);

    /// <summary>The last live socket has gone.</summary>
    void OnDisconnected();

    /// <summary>One text frame, whole. The bytes are the callee's until the task completes, and not after.</summary>
    ValueTask OnFrameAsync(ReadOnlyMemory<byte> utf8, CancellationToken aborting);

    /// <summary>A frame that was not handed over: binary, or too big.</summary>
    void OnRefused(FrameFault fault);
}
