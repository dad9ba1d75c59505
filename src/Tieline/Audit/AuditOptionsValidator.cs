using Microsoft.Extensions.Options;

namespace Tieline.Audit;

internal sealed class AuditOptionsValidator : IValidateOptions<AuditOptions>
{
    private const long Min = 1024 * 1024;
    private const long Max = 1024 * 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, AuditOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (options.MaxFileBytes is < Min or > Max)
            errors.AddError($"must be from {Min} (1 MiB) to {Max} (1 GiB), was {options.MaxFileBytes}", "Audit:MaxFileBytes");
        return errors.Build();
    }
}
