namespace Tieline.Pipeline;

/// <summary>Which time to hold against the details API, and whether to send what is missing.</summary>
/// <param name="From">Events that happened from here…</param>
/// <param name="To">…to before here.</param>
internal sealed record ReconcileRequest(DateTimeOffset From, DateTimeOffset To, bool Repair);
