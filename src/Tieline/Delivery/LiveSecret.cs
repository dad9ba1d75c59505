using Microsoft.Extensions.Logging;

namespace Tieline.Delivery;

/// <summary>A secret as it is given, or as its file has it now: the file is read again at the first use 10 s after it last was. Safe from any thread.</summary>
internal sealed partial class LiveSecret(string key, Secret given, string? file, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private Secret _secret = given;
    private long? _readAt;
    private string? _said;

    /// <summary>What cannot be read leaves it as it was.</summary>
    public Secret Current
    {
        get
        {
            if (file is null)
                return _secret;
            lock (_lock)
            {
                if (_readAt is not { } readAt || time.GetElapsedTime(readAt) >= SecretText.LookAgain)
                    Read(file);
                return _secret;
            }
        }
    }

    /// <summary>The next use reads the file: the CRM no longer takes what it had.</summary>
    public void Doubt()
    {
        lock (_lock)
            _readAt = null;
    }

    private void Read(string path)
    {
        _readAt = time.GetTimestamp();
        if (SecretText.Read(path, out var problem) is { } text && (problem = Problem(text)) is null)
            _secret = new Secret(text);
        if (problem is not null && problem != _said)
            LogNotRead(logger, key, problem);
        _said = problem;
    }

    /// <summary>It goes into a header as it is: a line break in it would be another header.</summary>
    public static string? Problem(string text) => text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? "must be printable ASCII on one line" : null;

    [LoggerMessage(EventId = 3022, EventName = "CredentialsNotRead", Level = LogLevel.Error, Message = "{Key} stays as it was: {Problem}")]
    private static partial void LogNotRead(ILogger logger, string key, string problem);
}
