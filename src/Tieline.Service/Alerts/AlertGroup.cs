namespace Tieline.Service.Alerts;

/// <summary>The alerts of one rule, which are told of together.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="NextAt">Nothing is told before.</param>
/// <param name="ToldAt">When something last was; null before.</param>
internal sealed record AlertGroup(string Rule, DateTimeOffset NextAt, DateTimeOffset? ToldAt);
