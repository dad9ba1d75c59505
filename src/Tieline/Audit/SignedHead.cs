namespace Tieline.Audit;

/// <summary>A line of <c>checkpoints.jsonl</c>, as the verifier reads it.</summary>
/// <param name="Number">Its own line number, from 1.</param>
/// <param name="Lines">Which line of <paramref name="File"/> it signs.</param>
/// <param name="Signed">The bytes that the signature is over.</param>
internal sealed record SignedHead(long Number, AuditFileName File, long Lines, long Fact, byte[] Head, string Key, byte[] Signed, byte[] Signature)
{
    /// <summary>The id of the journal that the log is of; null in a checkpoint of before there was one.</summary>
    public string? Journal { get; private init; }

    /// <summary>The number and the hash that it gives itself and the one before; null in a checkpoint of before there were any.</summary>
    public (long Number, AuditHash Previous)? Link { get; private init; }

    /// <summary>Of the line itself.</summary>
    public AuditHash Hash { get; private init; }

    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static SignedHead Parse(ReadOnlySpan<byte> line, long number)
    {
        var json = new StrictJson(line);
        json.Member("timestamp"u8);
        StrictTime.ReadDay(json);
        (long, AuditHash)? link = null;
        if (json.MemberOr("number"u8, "file"u8))
        {
            var own = json.Number();
            json.Member("previous"u8);
            link = AuditHash.TryParse(json.Hex(AuditHash.HexLength), out var previous) ? (own, previous) : throw json.Wrong("no hash");
            json.Member("file"u8);
        }

        if (!AuditFileName.TryParse(System.Text.Encoding.UTF8.GetString(json.Text()), out var file))
            throw json.Wrong("no name of a log file");
        json.Member("lines"u8);
        var lines = json.Number();
        json.Member("fact"u8);
        var fact = json.Number();
        string? journal = null;
        if (json.MemberOr("journal"u8, "head"u8))
        {
            journal = System.Text.Encoding.UTF8.GetString(json.Hex(32));
            json.Member("head"u8);
        }

        var head = json.Hex(64).ToArray();
        json.Member("key"u8);
        var key = System.Text.Encoding.UTF8.GetString(json.Hex(16));
        json.Member("signature"u8);
        var text = System.Text.Encoding.UTF8.GetString(json.Text());
        json.End();

        // Base64 has spare bits at its end that decoding drops: what is not written exactly so was changed.
        var signature = new byte[64];
        if (!Convert.TryFromBase64String(text, signature, out var length) || length != 64 || Convert.ToBase64String(signature) != text)
            throw new FormatException("has no signature of 64 bytes in base64");
        var body = line.IndexOf(",\"signature\":"u8);
        return new SignedHead(number, file, lines, fact, head, key, [.. line[..body], (byte)'}'], signature) { Journal = journal, Link = link, Hash = AuditHash.Of(line) };
    }
}
