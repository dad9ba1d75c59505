namespace Tieline.Journal;

/// <summary>Rising positions, packed: the first as it is, then each one's distance to the one before, as LEB128.</summary>
internal static class PositionList
{
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

    /// <summary>False for what is no such list.</summary>
    public static bool TryUnpack(byte[] packed, out IReadOnlyList<long> positions)
    {
        try
        {
            positions = Unpack(packed);
            return true;
        }
        catch (Exception e) when (e is FormatException or EndOfStreamException)
        {
            positions = [];
            return false;
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
