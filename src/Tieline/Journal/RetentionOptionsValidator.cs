using Microsoft.Extensions.Options;

namespace Tieline.Journal;

internal sealed class RetentionOptionsValidator : IValidateOptions<RetentionOptions>
{
    private const long MinBytes = 64L << 20;

    private static readonly TimeSpan MinDelivered = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, RetentionOptions options)
    {
        var section = name ?? RetentionOptions.Section;
        var errors = new ValidateOptionsResultBuilder();
        if (options.Delivered < MinDelivered)
        {
            errors.AddError($"must be at least {MinDelivered}, was {options.Delivered}", $"{section}:Delivered");
        }

        if (options.MaxBytes < MinBytes)
        {
            errors.AddError($"must be at least 64MiB ({MinBytes}), was {options.MaxBytes}", $"{section}:MaxBytes");
        }

        return errors.Build();
    }
}
