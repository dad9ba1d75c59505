namespace Tieline.Genesys;

/// <summary>How sockets end (RFC 6455, 7.4, and Genesys's own).</summary>
internal static class CloseCodes
{
    public const int Normal = 1000;

    /// <summary>A close frame without a code. Never on the wire.</summary>
    public const int None = 1005;

    /// <summary>No close frame: the connection broke, or was silent for too long. Never on the wire.</summary>
    public const int Abnormal = 1006;

    /// <summary>Sent by us when a text frame was not UTF-8.</summary>
    public const int InvalidPayload = 1007;

    /// <summary>Genesys: Authentication Required. The token died during the session.</summary>
    public const int TokenExpired = 4001;

    /// <summary>A metric's tag value, from a closed set.</summary>
    public static string Tag(int code) => code switch
    {
        Normal => "1000",
        1001 => "1001",
        1002 => "1002",
        1003 => "1003",
        None => "1005",
        Abnormal => "1006",
        InvalidPayload => "1007",
        1008 => "1008",
        1009 => "1009",
        1011 => "1011",
        1012 => "1012",
        1013 => "1013",
        TokenExpired => "4001",
        _ => "other",
    };

    /// <summary>What a code means, in two or three words.</summary>
    public static string Meaning(int code) => code switch
    {
        Normal => "graceful",
        1001 => "going away",
        None => "no code",
        Abnormal => "connection lost",
        InvalidPayload => "not UTF-8",
        1008 => "policy violation",
        1011 => "server error",
        1012 => "service restart",
        1013 => "try again later",
        TokenExpired => "token expired",
        _ => "unexpected",
    };
}
