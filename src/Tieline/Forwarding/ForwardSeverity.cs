using Tieline.Audit;

namespace Tieline.Forwarding;

/// <summary>How grave a line is, by its action alone; RFC 5424's numbers.</summary>
internal enum ForwardSeverity
{
    Critical = 2,
    Error = 3,
    Warning = 4,
    Notice = 5,
    Informational = 6,
}

internal static class ForwardSeverities
{
    /// <summary>Pure. What is not known here, such as a newer version's action, is informational.</summary>
    public static ForwardSeverity Of(string action) => action switch
    {
        // Somebody changed the log: the line is no line any more.
        AuditEntry.Unreadable => ForwardSeverity.Critical,
        "dead-lettered" or "gap-abandoned" => ForwardSeverity.Error,
        "gap-detected" or "access-refused" or "unknown" or AuditActions.LogRepaired or AuditActions.ChainBegun => ForwardSeverity.Warning,
        "started" or "stopped" or "requested" or "replayed" or "discarded" or "reconciled" or "identity-key-changed"
            or "signed-in" or "signed-out" or "exported" or "token-created" or "token-revoked" => ForwardSeverity.Notice,
        _ => ForwardSeverity.Informational,
    };

    /// <summary>OTLP's SeverityNumber.</summary>
    public static int ToOtlp(this ForwardSeverity severity) => severity switch
    {
        ForwardSeverity.Critical => 21,
        ForwardSeverity.Error => 17,
        ForwardSeverity.Warning => 13,
        ForwardSeverity.Notice => 10,
        _ => 9,
    };
}
