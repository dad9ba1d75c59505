using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Tieline.TestKit;

/// <summary><c>tools/verify-audit</c>: the verifier that was written from the format's document alone.</summary>
public static class IndependentVerifier
{
    /// <param name="directories">Each holds a log.</param>
    /// <param name="options">Before the directories.</param>
    /// <returns>What it says of each, in their order; null where there is no Node.js.</returns>
    public static async Task<IReadOnlyList<Finding>?> RunAsync(IEnumerable<string> directories, IEnumerable<string> options, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("node", [Repository.FileNamed("tools/verify-audit/verify-audit.mjs"), "--json", .. options, .. directories]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode is not (0 or 3))
                throw new InvalidOperationException($"verify-audit ended with {process.ExitCode}: {await error}");
            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).Select(Read)];
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static Finding Read(JsonNode line) => new(
        line["ok"]!.GetValue<bool>(), line["file"]?.GetValue<string>(), line["line"]?.GetValue<long>() ?? 0, line["reason"]?.GetValue<string>(), line["lines"]!.GetValue<long>(), line["head"]!.GetValue<string>(),
        [.. line["notChecked"]!.AsArray().Select(part => part!.GetValue<string>())]);

    /// <summary>Its verdict on one log.</summary>
    public sealed record Finding(bool Ok, string? File, long Line, string? Reason, long Lines, string Head, IReadOnlyList<string> NotChecked);
}
