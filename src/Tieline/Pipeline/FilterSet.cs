using Tieline.Filtering;

namespace Tieline.Pipeline;

/// <summary>The pipeline's filter and those of destinations, of one configuration.</summary>
/// <param name="Rules">The pipeline's; null: not given.</param>
/// <param name="Destinations">Of each its own rules; empty ones let all go to it.</param>
internal sealed record FilterSet(IList<FilterRuleOptions>? Rules, IReadOnlyDictionary<string, IList<FilterRuleOptions>> Destinations);
