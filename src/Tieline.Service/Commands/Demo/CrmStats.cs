namespace Tieline.Service.Commands.Demo;

/// <summary>The receiver's counters, as it names them.</summary>
internal sealed record CrmStats(long Accepted, long Duplicates, long Rejected, long Refused, int Conversations, long Forgotten, double? P99Ms, bool Down);
