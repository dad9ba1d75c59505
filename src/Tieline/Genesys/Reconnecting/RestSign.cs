using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>What Genesys's answers to REST calls and token requests have shown so far.</summary>
/// <param name="AnsweredAt">When the last request that was answered went out; null before the first.</param>
/// <param name="ReturnedAt">When the last request went out that was answered although the one before it had failed; null where that has not happened.</param>
internal readonly record struct RestSign(MonotonicTime? AnsweredAt, MonotonicTime? ReturnedAt);
