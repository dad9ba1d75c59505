namespace Tieline.Delivery;

/// <summary><c>Destinations:*:Batch</c>: several events in one request, where the CRM wants arrays.</summary>
internal sealed class BatchOptions
{
    /// <summary>Events in a request at most; 1: no batches, a request is one event. From 1 to 1,000.</summary>
    /// <value>1</value>
    public int MaxEvents { get; set; } = 1;

    /// <summary>How long an event waits at most for others to fill its batch. From 0 to 1 min.</summary>
    /// <value>200 ms</value>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether the CRM's answer tells of each event what became of it, and how.</summary>
    /// <value>None</value>
    public BatchResults Results { get; set; } = BatchResults.None;

    public bool IsOn => MaxEvents > 1;
}

/// <summary>How a CRM tells what became of each event of a batch.</summary>
internal enum BatchResults
{
    /// <summary>It does not: a batch is accepted, or refused, as a whole.</summary>
    None,

    /// <summary>As sObject Collections do: an array of <c>{success, errors}</c>, in the order of the batch.</summary>
    Salesforce,

    /// <summary>As the batch endpoints of CRM objects do: <c>errors</c> that name, in <c>context</c>, the <c>objectWriteTraceId</c> of what failed; that must be the event's id.</summary>
    HubSpot,
}
