using System.CommandLine;
using System.Globalization;
using Tieline.Pipeline;

namespace Tieline.Service.Commands;

/// <summary>Nothing is changed before a person has seen what would be, and said yes.</summary>
internal static class Decision
{
    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do it without asking. Without this and without a terminal, nothing is done: it is only told what would be." };

    public static Option<double> Rate() => new("--rate")
    {
        Description = "Events a second.",
        HelpName = "N",
        DefaultValueFactory = _ => DeadLetterDesk.DefaultRate,
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= DeadLetterDesk.MaxRate)
                return rate;
            result.AddError($"--rate must be above 0 and at most {DeadLetterDesk.MaxRate}, was '{result.Tokens[0].Value}'");
            return 0;
        },
    };

    /// <param name="question">Such as: Replay 12 dead letters?</param>
    public static async Task<bool> IsYesAsync(CommandContext context, bool given, string question)
    {
        if (given)
            return true;
        if (context.Input is null)
        {
            await context.Error.WriteLineAsync("Nothing was done: this is what would be. --yes does it.");
            return false;
        }

        await context.Error.WriteAsync($"{question} [y/N] ");
        if (await context.Input.ReadLineAsync() is { } answer && answer.Trim().ToUpperInvariant() is "Y" or "YES")
            return true;
        await context.Error.WriteLineAsync("Nothing was done.");
        return false;
    }
}
