using Microsoft.Extensions.Options;

namespace Tieline.Audit;

internal sealed class AuditOptionsValidator : IValidateOptions<AuditOptions>
{
    private const long MinBytes = 1L << 20;
    private const long MaxBytes = 1L << 30;

    public ValidateOptionsResult Validate(string? name, AuditOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (options.MaxFileBytes is < MinBytes or > MaxBytes)
        {
            errors.AddError($"must be from 1MiB ({MinBytes}) to 1GiB ({MaxBytes}), was {options.MaxFileBytes}", $"{name ?? AuditOptions.Section}:MaxFileBytes");
        }

        return errors.Build();
    }
}
