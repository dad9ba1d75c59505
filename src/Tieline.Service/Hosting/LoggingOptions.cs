namespace Tieline.Service.Hosting;

/// <summary><c>Logging</c></summary>
internal sealed class LoggingOptions
{
    public const string Section = "Logging";

    /// <summary>The least level that is written; <c>--verbose</c> makes it <see cref="LoggingLevel.Debug"/>.</summary>
    /// <value><see cref="LoggingLevel.Information"/></value>
    public LoggingLevel Level { get; set; } = LoggingLevel.Information;

    /// <summary>How a line looks on stderr.</summary>
    /// <value><see cref="LoggingFormat.Auto"/></value>
    public LoggingFormat Format { get; set; } = LoggingFormat.Auto;
}

internal enum LoggingLevel
{
    /// <summary>Each event.</summary>
    Debug,

    /// <summary>Connected, stopped, migrated.</summary>
    Information,

    /// <summary>It heals by itself.</summary>
    Warning,

    /// <summary>Someone must look.</summary>
    Error,
}

internal enum LoggingFormat
{
    /// <summary><see cref="Text"/> on a terminal, <see cref="Json"/> otherwise.</summary>
    Auto,

    /// <summary>For people.</summary>
    Text,

    /// <summary>One compact JSON object a line (CLEF).</summary>
    Json,
}
