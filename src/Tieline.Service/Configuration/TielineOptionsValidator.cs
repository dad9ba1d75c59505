using Microsoft.Extensions.Options;

namespace Tieline.Service.Configuration;

/// <summary>What no section can check alone, and what must be given.</summary>
internal sealed class TielineOptionsValidator : IValidateOptions<TielineOptions>
{
    public ValidateOptionsResult Validate(string? name, TielineOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (string.IsNullOrWhiteSpace(options.DataDirectory))
        {
            errors.AddError("must be the path of a directory, was empty", nameof(options.DataDirectory));
        }

        if (options.Destinations.Count == 0)
        {
            errors.AddError("at least one is required: set CRM_WEBHOOK_URL to the CRM's address, or list them", "Destinations");
        }

        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < options.Destinations.Count; i++)
        {
            if (!seen.TryAdd(options.Destinations[i].Name, i))
            {
                errors.AddError($"must be unique: Destinations:{seen[options.Destinations[i].Name]} is named '{options.Destinations[i].Name}' too", $"Destinations:{i}:Name");
            }
        }

        return errors.Build();
    }
}
