namespace Tieline.Derivation;

/// <summary>Reads Genesys's <c>disconnectType</c>: in camel case in a details record, dotted in a snapshot, in capitals with underscores in a detail event.</summary>
internal static class LegEnds
{
    private const int MaxLength = 64;

    public static LegEnd Of(string? disconnectType)
    {
        if (string.IsNullOrEmpty(disconnectType))
            return LegEnd.None;
        Span<char> letters = stackalloc char[MaxLength];
        var used = 0;
        foreach (var character in disconnectType.AsSpan(0, Math.Min(disconnectType.Length, MaxLength)))
        {
            if (character is not ('.' or '_'))
                letters[used++] = char.ToLowerInvariant(character);
        }

        return letters[..used] switch
        {
            "transfer" or "consulttransfer" or "conferencetransfer" or "forwardtransfer"
                or "transferconsult" or "transferconference" or "transferforward" => LegEnd.Transferred,
            "noanswertransfer" or "notavailabletransfer" or "dndtransfer"
                or "transfernoanswer" or "transfernotavailable" or "transferdnd" => LegEnd.MovedOn,
            _ => LegEnd.Disconnected,
        };
    }
}
