using Microsoft.Extensions.Options;

namespace Tieline.Delivery;

internal sealed class RetryOptionsValidator : IValidateOptions<RetryOptions>
{
    private static readonly TimeSpan LeastMinDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostMaxDelay = TimeSpan.FromHours(1);

    /// <param name="name">Where the options stand: <c>Destinations:0:Retry</c>.</param>
    public ValidateOptionsResult Validate(string? name, RetryOptions options)
    {
        var at = name ?? "Retry";
        var errors = new ValidateOptionsResultBuilder();
        if (options.MinDelay < LeastMinDelay)
        {
            errors.AddError($"must be at least {LeastMinDelay}, was {options.MinDelay}", $"{at}:MinDelay");
        }

        if (options.MaxDelay < options.MinDelay || options.MaxDelay > MostMaxDelay)
        {
            errors.AddError($"must be from MinDelay ({options.MinDelay}) to {MostMaxDelay}, was {options.MaxDelay}", $"{at}:MaxDelay");
        }

        if (options.GiveUpAfter <= TimeSpan.Zero)
        {
            errors.AddError($"must be more than 0, was {options.GiveUpAfter}", $"{at}:GiveUpAfter");
        }

        return errors.Build();
    }
}
