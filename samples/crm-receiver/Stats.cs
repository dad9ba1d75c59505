namespace CrmReceiver;

/// <param name="Accepted">Ids seen, one for each delivery however many copies came.</param>
/// <param name="Duplicates">Further copies.</param>
/// <param name="Rejected">Answered with 400 or 401.</param>
/// <param name="Refused">Answered with 503 while an outage was simulated.</param>
/// <param name="Forgotten">Records dropped since there were more than <c>--max-records</c>.</param>
/// <param name="P99Ms">Milliseconds from an event's timestamp to its arrival, over the last thousand; null before the first.</param>
internal sealed record Stats(long Accepted, long Duplicates, long Rejected, long Refused, int Conversations, long Forgotten, double? P99Ms, bool Down);
