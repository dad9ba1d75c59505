using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>How a socket ended.</summary>
/// <param name="Code">One of <see cref="CloseCodes"/>, or whatever the server sent.</param>
/// <param name="Reason">What broke, in .NET's words; at most 100 characters. Empty after a close frame: the text in it is the server's, and may name anybody.</param>
/// <param name="IsPlanned">Whether we had begun to close it ourselves.</param>
internal readonly record struct SocketEnd(int Code, string Reason, bool IsPlanned)
{
    private const int MaxReason = 100;

    public static SocketEnd Of(int code, string? reason, bool isPlanned)
    {
        var text = reason ?? "";
        if (text.Length > MaxReason)
            text = text[..MaxReason];
        return new SocketEnd(code, Printable.Of(text), isPlanned);
    }
}
