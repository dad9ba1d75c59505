using System.Security.Cryptography;

namespace Tieline.Audit;

/// <summary>Checks one line after the other by <c>docs/formats/audit-log.md</c>. Shares nothing with what writes them, so that one mistake cannot hide another.</summary>
internal sealed class ChainCheck
{
    private const int HashLength = 64;

    private readonly byte[] _head = new byte[HashLength];
    private bool _any;

    public ChainCheck() => _head.AsSpan().Fill((byte)'0');

    /// <summary>The hash of the last good line.</summary>
    public ReadOnlySpan<byte> Head => _head;

    /// <summary>The last good line's fact; a repair's is 0.</summary>
    public long LineFact { get; private set; }

    /// <summary>The newest fact so far.</summary>
    public long Fact { get; private set; }

    /// <summary>The last good line's day, UTC.</summary>
    public DateOnly Day { get; private set; }

    public bool IsRepair => LineFact == 0;

    /// <param name="line">Without its LF. Written into, and left as it was.</param>
    /// <returns>What is wrong with it; null when it is good.</returns>
    public string? Offer(Span<byte> line)
    {
        var label = ",\"hash\":\""u8;
        var body = line.Length - label.Length - HashLength - 2;
        if (body < 1 || !line[body..].StartsWith(label) || !line.EndsWith("\"}"u8))
            return "does not end in its hash";
        var hash = line.Slice(body + label.Length, HashLength);

        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> hex = stackalloc byte[HashLength];
        line[body] = (byte)'}';
        SHA256.HashData(line[..(body + 1)], bytes);
        line[body] = (byte)',';
        Convert.TryToHexStringLower(bytes, hex, out _);
        if (!hex.SequenceEqual(hash))
            return "was changed: its hash does not match its bytes";

        try
        {
            Read(line);
        }
        catch (FormatException e)
        {
            return e.Message;
        }

        hash.CopyTo(_head);
        return null;
    }

    private void Read(ReadOnlySpan<byte> line)
    {
        var json = new StrictJson(line);
        json.Member("timestamp"u8);
        var day = StrictTime.ReadDay(json);
        json.Member("sequence"u8);
        if (!json.IsNull)
            json.Number();
        json.Member("conversationId"u8);
        json.TextOrNull();
        json.Member("eventType"u8);
        json.TextOrNull();
        json.Member("payloadHash"u8);
        if (!json.IsNull)
            json.Hex(16);
        json.Member("id"u8);
        if (!json.IsNull && !(json.Text() is var id && id.StartsWith("evt_"u8) && StrictJson.IsHex(id[4..], 32)))
            throw json.Wrong("no event id");
        json.Member("action"u8);
        var repair = json.Text().SequenceEqual("log-repaired"u8);
        var begins = json.Text().SequenceEqual("chain-begun"u8);
        json.Member("destination"u8);
        json.TextOrNull();
        json.Member("fact"u8);
        var fact = json.Number();
        json.Member("detail"u8);
        json.FlatObjectOrNull();
        json.Member("previous"u8);
        var follows = json.Hex(HashLength).SequenceEqual(_head);
        json.Member("hash"u8);
        json.Hex(HashLength);
        json.End();

        if (!follows)
            throw new FormatException("does not follow the line before: one was removed, inserted, moved or written anew");
        if (begins && (_any || fact < 0))
            throw new FormatException("begins a chain, but is not its first line");
        var expected = repair ? 0 : begins ? fact : Fact + 1;
        if (fact != expected)
            throw new FormatException($"has fact {fact} where {expected} belongs");
        _any = true;
        Day = day;
        LineFact = fact;
        Fact = repair ? Fact : fact;
    }
}
