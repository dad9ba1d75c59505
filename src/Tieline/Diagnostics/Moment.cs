namespace Tieline.Diagnostics;

/// <summary>One moment, as the three clocks that matter show it.</summary>
/// <param name="System">This machine's clock, which somebody may set: for records and people.</param>
/// <param name="Source">Genesys's clock, as far as is known: its events are dated by it.</param>
/// <param name="Steady">What every wait is measured on.</param>
internal readonly record struct Moment(DateTimeOffset System, DateTimeOffset Source, MonotonicTime Steady)
{
    /// <summary>The later of the two: what lies far beyond it can't be true.</summary>
    public DateTimeOffset Latest => Source > System ? Source : System;

    /// <summary>The earlier of the two.</summary>
    public DateTimeOffset Earliest => Source < System ? Source : System;

    /// <summary>What Genesys's clock showed at another moment.</summary>
    public DateTimeOffset SourceAt(MonotonicTime then) => Source.Plus(then - Steady);

    /// <summary>What this machine's clock will show then, if nobody sets it.</summary>
    public DateTimeOffset SystemAt(MonotonicTime then) => System.Plus(then - Steady);
}
