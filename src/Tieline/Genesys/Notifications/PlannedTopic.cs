namespace Tieline.Genesys;

/// <summary>A topic to subscribe to.</summary>
/// <param name="IsExplicit">Whether it was configured by name, not found by <c>*</c>: if it is refused, someone must look.</param>
internal sealed record PlannedTopic(string Topic, bool IsExplicit);
