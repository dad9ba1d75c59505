using Tieline.Service.Configuration;

namespace Tieline.Service.Commands.Init;

/// <summary>Asks for what no flag gave, and holds each answer against the rules of its key at once.</summary>
internal sealed class Interview(CommandContext context)
{
    private readonly List<string> _problems = [];

    /// <summary>What was missing or wrong where nobody is there to ask; one line each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <param name="flag">The option that gives it.</param>
    /// <param name="given">What that option said; null where it was not there.</param>
    /// <param name="usual">What an empty answer means; null: there must be one.</param>
    /// <param name="key">The key of the configuration whose rules hold.</param>
    /// <param name="isSecret">Typed without being shown, and never repeated.</param>
    public async Task<string> AskAsync(string flag, string? given, string question, string? usual, string key, bool isSecret = false)
    {
        if (given is not null || context.Input is null)
        {
            var value = given ?? usual;
            if (value is null)
                _problems.Add($"{flag} is missing: {question}");
            else if (ProblemOf(key, value) is { } problem)
                _problems.Add($"{flag}: {problem}");
            return value ?? "";
        }

        while (true)
        {
            await context.Error.WriteAsync($"{question}{(usual is null ? "" : $" [{usual}]")}: ");
            var answer = isSecret && context.ReadSecret is { } hidden ? hidden() : await context.Input.ReadLineAsync();
            if (answer is null)
                throw new OperationCanceledException();
            answer = answer.Trim();
            if (answer.Length == 0)
                answer = usual ?? "";
            if (answer.Length > 0 && ProblemOf(key, answer) is not { } wrong)
                return answer;
            await context.Error.WriteLineAsync(answer.Length == 0 ? "  It has to be known." : $"  {ProblemOf(key, answer)}");
        }
    }

    public async Task<bool> IsYesAsync(bool? given, string question, bool usual)
    {
        if (given is not null || context.Input is null)
            return given ?? usual;
        await context.Error.WriteAsync($"{question} [{(usual ? "Y/n" : "y/N")}]: ");
        return (await context.Input.ReadLineAsync() ?? throw new OperationCanceledException()).Trim().ToUpperInvariant() switch
        {
            "" => usual,
            "Y" or "YES" => true,
            _ => false,
        };
    }

    /// <summary>As the configuration would say it, of this key alone.</summary>
    private string? ProblemOf(string key, string value) => ConfigurationLoader
        .Load(new ConfigurationSources(context.WorkingDirectory, null, new Dictionary<string, string>(), [$"{key}={value}"]) { OnlySet = true })
        .Errors.FirstOrDefault(error => error.Key.Equals(key, StringComparison.OrdinalIgnoreCase))?.Problem;
}
