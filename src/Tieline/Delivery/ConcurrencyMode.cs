namespace Tieline.Delivery;

/// <summary>How many requests go out at once.</summary>
internal enum ConcurrencyMode
{
    /// <summary>As many as do the destination good, up to <see cref="DestinationOptions.Concurrency"/>: fewer after a 429, a time-out or when answers get slow, more with success.</summary>
    Adaptive,

    /// <summary>As many as are configured, except after a pause or an outage.</summary>
    Fixed,
}
