namespace Tieline.Events;

/// <summary>What a record or a snapshot shows of the episode that an end belongs to. An event of the stream shows none of it.</summary>
/// <param name="Since">When the episode's first session began; null where that is not known.</param>
/// <param name="IsReopened">A later episode of the conversation has begun.</param>
internal readonly record struct Episode(DateTimeOffset? Since, bool IsReopened);
