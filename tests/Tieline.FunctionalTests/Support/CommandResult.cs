namespace Tieline.FunctionalTests.Support;

/// <summary>What a command that ran to its end came to.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    public static async Task<CommandResult> OfAsync(ChildProcess process, TimeSpan within)
    {
        var code = await process.ExitAsync(within);
        return new CommandResult(code, string.Join('\n', process.Output), string.Join('\n', process.Errors));
    }

    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Errors}";
}
