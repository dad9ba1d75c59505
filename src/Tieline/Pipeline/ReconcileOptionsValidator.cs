using Microsoft.Extensions.Options;

namespace Tieline.Pipeline;

internal sealed class ReconcileOptionsValidator : IValidateOptions<ReconcileOptions>
{
    public ValidateOptionsResult Validate(string? name, ReconcileOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (options.Nightly is { } text && !NightlySchedule.TryParse(text, out _))
            errors.AddError($"must be a time of day from 00:00 to 23:59, was '{text}'", $"{name ?? ReconcileOptions.Section}:{nameof(ReconcileOptions.Nightly)}");
        return errors.Build();
    }
}
