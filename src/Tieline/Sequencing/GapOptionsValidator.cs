using Microsoft.Extensions.Options;

namespace Tieline.Sequencing;

internal sealed class GapOptionsValidator : IValidateOptions<GapOptions>
{
    private static readonly TimeSpan MaxWindow = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, GapOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (options.ReorderWindow < TimeSpan.Zero || options.ReorderWindow > MaxWindow)
        {
            errors.AddError($"must be from 00:00:00 to {MaxWindow}, was {options.ReorderWindow}", $"{name ?? GapOptions.Section}:ReorderWindow");
        }

        return errors.Build();
    }
}
