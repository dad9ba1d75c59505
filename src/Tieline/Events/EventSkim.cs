namespace Tieline.Events;

/// <summary>What one frame says of itself, read from its UTF-8 without building an object. The spans point into the frame (or, where a value was escaped, into a copy).</summary>
/// <remarks>The first occurrence of a member wins. The tail of a frame behind the last member needed is not looked at.</remarks>
internal readonly ref struct EventSkim
{
    /// <summary>What is wrong with the frame; <see cref="FrameFault.None"/> for an event.</summary>
    public FrameFault Fault { get; init; }

    /// <summary>The stream's number; null where the frame has none, or none that can be read.</summary>
    public long? Sequence { get; init; }

    public ReadOnlySpan<byte> Type { get; init; }

    /// <summary>Empty where the event has none.</summary>
    public ReadOnlySpan<byte> State { get; init; }

    public ReadOnlySpan<byte> ConversationId { get; init; }

    /// <summary>As sent, not parsed: <see cref="EventTime.TryParse"/> does that where it matters.</summary>
    public ReadOnlySpan<byte> Timestamp { get; init; }
}
