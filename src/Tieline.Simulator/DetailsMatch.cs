namespace Tieline.Simulator;

/// <summary>Which conversations a details query of an interval returns.</summary>
public enum DetailsMatch
{
    /// <summary>Those that began on a UTC day the interval touches and were going on at some time within it.</summary>
    Activity,

    /// <summary>All that began on a UTC day the interval touches.</summary>
    Day,
}
