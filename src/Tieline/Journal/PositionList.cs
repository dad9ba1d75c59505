namespace Tieline.Journal;

/// <summary>Rising positions, packed: the first as it is, then each one's distance to the one before, as LEB128.</summary>
internal static class PositionList
{
    /// <summary>Of one number that fits a long and is not negative.</summary>
    private const int MaxBytes = 9;

    public static byte[] Pack(IReadOnlyList<long> positions)
    {
        using var stream = new MemoryStream(positions.Count * 2);
        using var writer = new BinaryWriter(stream);
        var previous = 0L;
        foreach (var position in positions)
        {
            writer.Write7BitEncodedInt64(position - previous);
            previous = position;
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The first of them, which is the lowest.</summary>
    /// <returns>False where the bytes do not begin with a position.</returns>
    public static bool TryFirst(ReadOnlySpan<byte> packed, out long first)
    {
        first = 0;
        for (var index = 0; index < Math.Min(packed.Length, MaxBytes); index++)
        {
            first |= (long)(packed[index] & 0x7F) << (7 * index);
            if (packed[index] < 0x80)
                return first > 0;
        }

        return false;
    }

    /// <returns>Null where the bytes are no list of rising positions.</returns>
    public static IReadOnlyList<long>? TryUnpack(byte[] packed)
    {
        try
        {
            var positions = Unpack(packed);
            for (var index = 0; index < positions.Count; index++)
            {
                if (positions[index] <= (index == 0 ? 0 : positions[index - 1]))
                    return null;
            }

            return positions.Count > 0 ? positions : null;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException)
        {
            return null;
        }
    }

    public static IReadOnlyList<long> Unpack(byte[] packed)
    {
        using var stream = new MemoryStream(packed);
        using var reader = new BinaryReader(stream);
        var positions = new List<long>();
        var previous = 0L;
        while (stream.Position < stream.Length)
            positions.Add(previous += reader.Read7BitEncodedInt64());
        return positions;
    }
}
