using Microsoft.Extensions.Options;

namespace Tieline.Delivery;

internal sealed class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>, IValidateOptions<IntervalLimitOptions>
{
    private const int MaxPerSecond = 10_000;
    private const int MaxCount = 100_000;

    private static readonly TimeSpan _minInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _maxInterval = TimeSpan.FromHours(1);

    /// <param name="name">Where the options stand: <c>Destinations:0:RateLimit</c>.</param>
    public ValidateOptionsResult Validate(string? name, RateLimitOptions options)
    {
        var at = name ?? "RateLimit";
        var errors = new ValidateOptionsResultBuilder();
        if (options.PerSecond is { } perSecond && !(perSecond > 0 && perSecond <= MaxPerSecond))
        {
            errors.AddError($"must be more than 0 and at most {MaxPerSecond}, was {perSecond}", $"{at}:PerSecond");
        }

        if (options.Burst is < 1 or > MaxPerSecond)
        {
            errors.AddError($"must be from 1 to {MaxPerSecond}, was {options.Burst}", $"{at}:Burst");
        }

        if (options.PerDay is < 1)
        {
            errors.AddError($"must be at least 1, was {options.PerDay}", $"{at}:PerDay");
        }

        return errors.Build();
    }

    /// <param name="name">Where the options stand: <c>Destinations:0:RateLimit:PerInterval</c>.</param>
    public ValidateOptionsResult Validate(string? name, IntervalLimitOptions options)
    {
        var at = name ?? "PerInterval";
        var errors = new ValidateOptionsResultBuilder();
        if (options.Count is < 1 or > MaxCount)
        {
            errors.AddError($"must be from 1 to {MaxCount}, was {options.Count}", $"{at}:Count");
        }

        if (options.Interval < _minInterval || options.Interval > _maxInterval)
        {
            errors.AddError($"must be from 100ms to {_maxInterval}, was {options.Interval}", $"{at}:Interval");
        }

        return errors.Build();
    }
}
