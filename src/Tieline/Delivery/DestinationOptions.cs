namespace Tieline.Delivery;

/// <summary><c>Destinations:*</c></summary>
internal sealed class DestinationOptions
{
    public const string Section = "Destinations";

    /// <summary>Names it in logs, metrics, the journal and the audit log: 1 to 40 of <c>a-z 0-9 - _</c>. Keep it: the progress is kept under it.</summary>
    public string Name { get; set; } = "crm";

    /// <summary>Where to post. Required; plain http to loopback only. Also from <c>CRM_WEBHOOK_URL</c>, which makes one destination named <c>crm</c>.</summary>
    public Uri? Url { get; set; }

    /// <summary>Sent with every request. Values are secrets.</summary>
    public IDictionary<string, Secret> Headers { get; set; } = new Dictionary<string, Secret>(StringComparer.OrdinalIgnoreCase);

    /// <summary>For one attempt as a whole. From 100 ms to 5 min.</summary>
    /// <value>5 s</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests in flight at most, each of another conversation. From 1 to 256.</summary>
    /// <value>32</value>
    public int Concurrency { get; set; } = 32;

    public RetryOptions Retry { get; set; } = new();
}

/// <summary><c>Destinations:*:Retry</c></summary>
internal sealed class RetryOptions
{
    /// <summary>The shortest wait after a failure. From 1 s.</summary>
    /// <value>1 s</value>
    public TimeSpan MinDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest. At least <see cref="MinDelay"/>, up to 1 h.</summary>
    /// <value>5 min</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an event is tried, counting only time in which its destination is up, before it becomes a dead letter.</summary>
    /// <value>72 h</value>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(72);
}
