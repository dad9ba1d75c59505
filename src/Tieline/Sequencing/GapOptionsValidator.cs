using Microsoft.Extensions.Options;

namespace Tieline.Sequencing;

internal sealed class GapOptionsValidator : IValidateOptions<GapOptions>
{
    private const long MaxTolerance = 1_000_000;
    private static readonly TimeSpan _longest = TimeSpan.FromDays(30);

    public ValidateOptionsResult Validate(string? name, GapOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        Check(nameof(GapOptions.ReorderWindow), options.ReorderWindow, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Check(nameof(GapOptions.HoldFor), options.HoldFor, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Check(nameof(GapOptions.HoldAtMost), options.HoldAtMost, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Check(nameof(GapOptions.SameWithin), options.SameWithin, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Check(nameof(GapOptions.Margin), options.Margin, TimeSpan.Zero, TimeSpan.FromHours(1));
        Check(nameof(GapOptions.SettledAfter), options.SettledAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Check(nameof(GapOptions.AbandonAfter), options.AbandonAfter, TimeSpan.FromMinutes(1), _longest);
        if (options.Reach is { } reach)
            Check(nameof(GapOptions.Reach), reach, TimeSpan.FromHours(1), TimeSpan.FromDays(31));
        if (options.Tolerance is < 0 or > MaxTolerance)
            Fail(nameof(GapOptions.Tolerance), $"must be from 0 to {MaxTolerance}, was {options.Tolerance}");
        if (options.AskAfter.Count == 0)
            Fail(nameof(GapOptions.AskAfter), "must name at least one delay");
        for (var index = 0; index < options.AskAfter.Count; index++)
        {
            if (options.AskAfter[index] < TimeSpan.Zero || options.AskAfter[index] > _longest || (index > 0 && options.AskAfter[index] <= options.AskAfter[index - 1]))
                Fail($"{nameof(GapOptions.AskAfter)}:{index}", $"must be above the one before it and from {TimeSpan.Zero} to {_longest}, was {options.AskAfter[index]}");
        }

        return errors.Build();

        void Check(string key, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
                Fail(key, $"must be from {least} to {most}, was {value}");
        }

        void Fail(string key, string message) => errors.AddError(message, $"{name ?? GapOptions.Section}:{key}");
    }
}
