namespace Tieline.Events;

/// <summary>Why a frame is no event. Each is counted under its own tag; none ever ends a loop.</summary>
internal enum FrameFault
{
    None,

    /// <summary>A JSON object with neither sequence nor type: a heartbeat or another message about the stream. Not an error.</summary>
    Control,

    /// <summary>Not JSON, truncated, nested deeper than 64, or not UTF-8.</summary>
    NotJson,

    /// <summary>JSON, but not an object.</summary>
    NotAnObject,

    /// <summary>A type, but no sequence.</summary>
    NoSequence,

    /// <summary>A sequence, but no type.</summary>
    NoType,

    /// <summary>No conversationId, or an empty one.</summary>
    NoConversation,

    /// <summary>A member of the wrong JSON type, or a sequence that is no whole number from 0 to 2^63-1.</summary>
    WrongType,

    /// <summary>No timestamp, or one that is no time, before 2000, or more than a day ahead. Told only of events that the filter keeps.</summary>
    BadTimestamp,

    /// <summary>A type, state, role or media type that is no word, or a value over 200 characters. Told only of events that the filter keeps.</summary>
    BadValue,

    /// <summary>A binary frame.</summary>
    Binary,

    /// <summary>Over 1 MiB; a notification, over 8 MiB.</summary>
    TooBig,
}
