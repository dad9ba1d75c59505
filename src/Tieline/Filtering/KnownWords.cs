using System.Collections.Frozen;

namespace Tieline.Filtering;

/// <summary>The words that Genesys uses for states, roles (purposes) and media types. Any other is hashed: a name can have the shape of a word.</summary>
internal static class KnownWords
{
    /// <summary>Longer than any of Genesys's.</summary>
    public const int MaxLength = 64;

    private static readonly FrozenSet<string> _words = FrozenSet.ToFrozenSet(
        [
            "active", "queued", "waiting", "wrapup", "completed", "abandoned", "transfer", "alerting", "dialing", "contacting", "offering", "connected", "disconnected", "terminated", "scheduled", "transmitting",
            "uploading", "converting", "parked", "held", "hold", "talk", "none", "unknown",
            "customer", "external", "acd", "agent", "user", "ivr", "workflow", "botflow", "voicemail", "voicesurveyflow", "fax", "group", "station", "dialer", "campaign", "api", "manual", "inbound", "outbound",
            "internal", "queue", "flow", "bot", "monitor", "coach", "supervisor",
            "voice", "webChat", "webchat", "chat", "message", "email", "callback", "cobrowse", "screenshare", "video", "social", "socialexpression", "internalmessage", "webmessaging", "sms", "open", "whatsapp", "facebook", "twitter", "line",
        ],
        StringComparer.Ordinal);

    public static bool Contains(string word) => _words.Contains(word);

    /// <summary>1 to 64 of <c>A–Z a–z 0–9 . _ -</c>.</summary>
    public static bool IsWord(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxLength)
            return false;
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_' or '-'))
                return false;
        }

        return true;
    }
}
