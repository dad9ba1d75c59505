namespace Tieline.Diagnostics;

/// <summary>What an event was recognised by that had come before.</summary>
internal enum RepeatReason
{
    /// <summary>The stream's number.</summary>
    Number,

    /// <summary>Its id, among those of the last minutes.</summary>
    RecentId,

    /// <summary>An event of its conversation in the journal, under the same id or dated nearly alike by another path.</summary>
    Journal,

    /// <summary>The end of its episode, dated otherwise.</summary>
    SameEnd,

    /// <summary>Its episode has ended in another state.</summary>
    OtherEnd,
}
