using System.Text;

namespace Tieline.FunctionalTests.Support;

/// <summary>Looks for words that must not be there, in whatever bytes there are.</summary>
internal sealed class PersonalDataSearch(IEnumerable<string> words)
{
    private readonly List<(string Word, byte[] Bytes)> _words = [.. words.Select(word => (word, Encoding.UTF8.GetBytes(word)))];
    private readonly List<string> _found = [];

    public int Searched { get; private set; }

    /// <summary>Where and what, one line each.</summary>
    public IReadOnlyList<string> Found => _found;

    public void In(string where, ReadOnlySpan<byte> bytes)
    {
        Searched++;
        foreach (var (word, needle) in _words)
        {
            if (bytes.IndexOf(needle) is var at and >= 0)
                _found.Add($"{where} has '{word}' at {at}: …{Encoding.UTF8.GetString(bytes[Math.Max(0, at - 60)..Math.Min(bytes.Length, at + 60)])}…");
        }
    }

    public void In(string where, string text) => In(where, Encoding.UTF8.GetBytes(text));

    /// <summary>Every file below a folder, also those that are being written.</summary>
    public void InFilesOf(string folder)
    {
        foreach (var path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(path) == "lock")
                continue; // held by the process; holds its number
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            In(path, bytes.AsSpan(0, read));
        }
    }
}
