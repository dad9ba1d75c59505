using Microsoft.Extensions.Options;

namespace Tieline.Delivery;

internal sealed class BatchOptionsValidator : IValidateOptions<BatchOptions>
{
    private const int MaxEvents = 1_000;

    private static readonly TimeSpan _maxWait = TimeSpan.FromMinutes(1);

    /// <param name="name">Where the options stand: <c>Destinations:0:Batch</c>.</param>
    public ValidateOptionsResult Validate(string? name, BatchOptions options)
    {
        var at = name ?? "Batch";
        var errors = new ValidateOptionsResultBuilder();
        if (options.MaxEvents is < 1 or > MaxEvents)
        {
            errors.AddError($"must be from 1 to {MaxEvents}, was {options.MaxEvents}", $"{at}:MaxEvents");
        }

        if (options.MaxWait < TimeSpan.Zero || options.MaxWait > _maxWait)
        {
            errors.AddError($"must be from 0 to {_maxWait}, was {options.MaxWait}", $"{at}:MaxWait");
        }

        if (options.Results != BatchResults.None && options.MaxEvents == 1)
        {
            errors.AddError($"must be {BatchResults.None} where MaxEvents is 1: without batches there are no results to tell apart, was {options.Results}", $"{at}:Results");
        }

        return errors.Build();
    }
}
