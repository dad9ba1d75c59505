using Microsoft.Extensions.Options;

namespace Tieline.Filtering;

/// <summary><c>Destinations:*:Filter</c>: of what <c>Filter</c> keeps, what goes to this destination.</summary>
internal sealed class DestinationFilterOptions
{
    /// <summary>An event goes to the destination when one of these fits it; empty: all do.</summary>
    public IList<FilterRuleOptions> Rules { get; set; } = [];
}

internal sealed class DestinationFilterOptionsValidator : IValidateOptions<DestinationFilterOptions>
{
    /// <param name="name">Where it stands: <c>Destinations:0:Filter</c>.</param>
    public ValidateOptionsResult Validate(string? name, DestinationFilterOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        FilterOptionsValidator.AddErrors(options.Rules, $"{name ?? FilterOptions.Section}:Rules", errors);
        return errors.Build();
    }
}
