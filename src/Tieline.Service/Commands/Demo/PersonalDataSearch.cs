using System.Text;

namespace Tieline.Service.Commands.Demo;

/// <summary>Looks for markers in bytes, whatever the file is: a database and its write-ahead log are searched like text.</summary>
internal sealed class PersonalDataSearch
{
    private const int ChunkSize = 1 << 20;

    /// <summary>A marker of digits inside so long a run of hex digits is a piece of a hash or an id.</summary>
    private const int HashLength = 16;

    private readonly (string Text, byte[] Bytes, bool IsHex)[] _markers;
    private readonly List<PersonalDataHit> _hits = [];

    public PersonalDataSearch(IEnumerable<string> markers) =>
        _markers = [.. markers.Distinct(StringComparer.Ordinal).Select(marker => (marker, Encoding.UTF8.GetBytes(marker), marker.All(char.IsAsciiHexDigitLower)))];

    /// <summary>The first hit of each marker in each place.</summary>
    public IReadOnlyList<PersonalDataHit> Hits => _hits;

    public long BytesSearched { get; private set; }

    public void SearchText(string where, string text) => Search(where, new MemoryStream(Encoding.UTF8.GetBytes(text)));

    public void SearchFile(string path, string where)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Search(where, file);
    }

    /// <summary>Every file in there, whatever it is called.</summary>
    /// <param name="inUse">A file may vanish, or be locked by the process that works in there: it is left out.</param>
    public void SearchDirectory(string directory, bool inUse)
    {
        foreach (var path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            try
            {
                SearchFile(path, Path.GetRelativePath(Path.GetDirectoryName(directory)!, path));
            }
            catch (IOException) when (inUse)
            {
                // Its turn comes when the process has ended.
            }
        }
    }

    /// <summary>In chunks that overlap by more than a marker and the run of digits around it, so that none is cut in two.</summary>
    public void Search(string where, Stream stream)
    {
        var overlap = _markers.Max(marker => marker.Bytes.Length) + (2 * HashLength);
        var buffer = new byte[ChunkSize + overlap];
        var found = new HashSet<string>(StringComparer.Ordinal);
        var (held, start) = (0, 0L);
        while (stream.ReadAtLeast(buffer.AsSpan(held), ChunkSize, throwOnEndOfStream: false) is > 0 and var read)
        {
            BytesSearched += read;
            held += read;
            foreach (var marker in _markers)
            {
                if (!found.Contains(marker.Text) && IndexOf(buffer.AsSpan(0, held), marker.Bytes, marker.IsHex) is >= 0 and var index)
                {
                    found.Add(marker.Text);
                    _hits.Add(new PersonalDataHit(where, marker.Text, start + index));
                }
            }

            var keep = Math.Min(overlap, held);
            buffer.AsSpan(held - keep, keep).CopyTo(buffer);
            start += held - keep;
            held = keep;
        }
    }

    private static int IndexOf(ReadOnlySpan<byte> bytes, byte[] marker, bool isHex)
    {
        for (var from = 0; ;)
        {
            var index = bytes[from..].IndexOf(marker);
            if (index < 0)
                return -1;
            if (!isHex || RunAround(bytes, from + index, marker.Length) < HashLength)
                return from + index;
            from += index + 1;
        }
    }

    private static int RunAround(ReadOnlySpan<byte> bytes, int index, int length)
    {
        var (first, end) = (index, index + length);
        while (first > 0 && IsHexOrDash(bytes[first - 1]))
            first--;
        while (end < bytes.Length && IsHexOrDash(bytes[end]))
            end++;
        return end - first;
    }

    private static bool IsHexOrDash(byte b) => char.IsAsciiHexDigitLower((char)b) || b == '-';
}
