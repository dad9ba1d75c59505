namespace CrmReceiver;

/// <summary>One line of the page's list: a delivery, or another copy of one.</summary>
/// <param name="Number">Counts arrivals from 1, copies included.</param>
/// <param name="Copy">1 for the first; more for a duplicate, which changed nothing.</param>
internal sealed record Arrival(long Number, Delivery Delivery, DateTimeOffset ReceivedAt, int Copy);
