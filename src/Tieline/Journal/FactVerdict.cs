namespace Tieline.Journal;

/// <summary>Whether the journal has a fact that came over another path.</summary>
internal enum FactVerdict
{
    /// <summary>It has not: the fact was appended.</summary>
    New,

    /// <summary>It has it, under this id or as the other path dated it.</summary>
    Known,

    /// <summary>The conversation has ended in another way already: reported, not sent.</summary>
    Conflicting,
}
