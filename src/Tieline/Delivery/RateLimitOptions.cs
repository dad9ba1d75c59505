namespace Tieline.Delivery;

/// <summary><c>Destinations:*:RateLimit</c>: what its owner allows. Every request counts; waiting for leave counts as no attempt.</summary>
internal sealed class RateLimitOptions
{
    /// <summary>Requests a second, evenly spread; up to 10,000.</summary>
    /// <value>null: no limit</value>
    public double? PerSecond { get; set; }

    /// <summary>Of those, so many may go at once after a rest. From 1 to 10,000.</summary>
    /// <value>null: a tenth of <see cref="PerSecond"/>, at least 1</value>
    public int? Burst { get; set; }

    public IntervalLimitOptions PerInterval { get; set; } = new();

    /// <summary>Requests in any 24 hours.</summary>
    /// <value>null: no limit</value>
    public int? PerDay { get; set; }
}

/// <summary><c>Destinations:*:RateLimit:PerInterval</c></summary>
internal sealed class IntervalLimitOptions
{
    /// <summary>Requests in any span of <see cref="Interval"/>. From 1 to 100,000.</summary>
    /// <value>null: no limit</value>
    public int? Count { get; set; }

    /// <summary>From 100 ms to 1 h.</summary>
    /// <value>10 s</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);
}
