namespace Tieline.Sequencing;

/// <summary>What a number says about the event that carries it.</summary>
internal enum SequenceVerdict
{
    /// <summary>The next one, the first ever, or the one behind a hole that it has just opened.</summary>
    Next,

    /// <summary>One that was missing.</summary>
    Late,

    /// <summary>Not above the highest seen, and not missing: a repeat if its id is known, and to be kept otherwise.</summary>
    Old,

    /// <summary>The first of a numbering that started again.</summary>
    NewEpoch,
}
