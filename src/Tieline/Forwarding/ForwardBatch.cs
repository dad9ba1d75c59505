namespace Tieline.Forwarding;

/// <summary>What goes out together.</summary>
/// <param name="End">The position once all of it has arrived.</param>
/// <param name="IsFull">More may be waiting.</param>
internal sealed record ForwardBatch(IReadOnlyList<ForwardRecord> Records, ForwardPosition End, bool IsFull);
