using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Serilog.Sinks.SystemConsole.Themes;
using Tieline.Service.Telemetry;

namespace Tieline.Service.Hosting;

/// <summary>Logs go to stderr: results of commands have stdout to themselves.</summary>
internal static class LoggingSetup
{
    private const string Template = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    /// <param name="telemetry">May name a collector that gets them too.</param>
    /// <param name="isTerminal">Stderr is read by a person.</param>
    /// <param name="noColor">The variable NO_COLOR is set and not empty (no-color.org).</param>
    /// <param name="level">Set to the options' level, and heeded from then on.</param>
    public static Logger Create(LoggingOptions options, TelemetryOptions telemetry, bool isTerminal, bool noColor, LoggingLevelSwitch? level = null)
    {
        level ??= new LoggingLevelSwitch();
        level.MinimumLevel = LevelOf(options.Level);
        var configuration = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(level)
            // A line a request, and the scrape of every 15 s among them, would bury ours.
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
            // The console's keys lie in a directory that only its owner can read, and a form that is too old is answered, not reported.
            .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error)
            .MinimumLevel.Override("Microsoft.AspNetCore.Antiforgery", LogEventLevel.Error)
            // It repeats what a provider says of people; what failed is told by an event of ours.
            .MinimumLevel.Override("Microsoft.AspNetCore.Authentication.OpenIdConnect", LogEventLevel.Fatal)
            .Filter.ByExcluding(IsStartupTold)
            .Enrich.With(new PrintableProperties())
            .WriteToOtlp(telemetry);
        return UsesText(options.Format, isTerminal)
            ? configuration.WriteTo.Console(
                outputTemplate: Template, standardErrorFromLevel: LogEventLevel.Verbose, theme: noColor || !isTerminal ? ConsoleTheme.None : AnsiConsoleTheme.Literate).CreateLogger()
            : configuration.WriteTo.Console(new RenderedCompactJsonFormatter(), standardErrorFromLevel: LogEventLevel.Verbose).CreateLogger();
    }

    public static bool UsesText(LoggingFormat format, bool isTerminal) => format == LoggingFormat.Text || (format == LoggingFormat.Auto && isTerminal);

    // A start that fails is thrown too, and told in a sentence.
    private static bool IsStartupTold(LogEvent log) =>
        log.Properties.TryGetValue("EventId", out var value) && value is StructureValue id
        && id.Properties.Any(p => p is { Name: "Name", Value: ScalarValue { Value: "HostedServiceStartupFaulted" } });

    public static LogEventLevel LevelOf(LoggingLevel level) => level switch
    {
        LoggingLevel.Debug => LogEventLevel.Debug,
        LoggingLevel.Information => LogEventLevel.Information,
        LoggingLevel.Warning => LogEventLevel.Warning,
        _ => LogEventLevel.Error,
    };
}
