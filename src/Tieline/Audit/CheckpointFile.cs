using System.Globalization;
using System.Text;
using Tieline.Events;
using Tieline.Storage;

namespace Tieline.Audit;

/// <summary><c>checkpoints.jsonl</c>: signed heads of the log. Each says only what is already durable.</summary>
/// <param name="journal">The id of the journal that the log is of; null: not known.</param>
/// <param name="gone">Told how many bytes somebody else took out of it; signing goes on behind what is left.</param>
internal sealed class CheckpointFile(string directory, AuditKey key, string? journal, Func<string, FileMode, FileStream> open, Action<long> gone) : IDisposable
{
    public const string Name = "checkpoints.jsonl";

    private FileStream? _stream;
    private long _length = -1;

    /// <summary>Signs a place and makes that durable.</summary>
    /// <exception cref="IOException">It may be written again: what has been written of it is cut off first.</exception>
    public void Append(AuditPosition position, DateTimeOffset now)
    {
        var line = Write(position, now);
        LookForOthers();
        if (_length < 0)
            _length = MeasureWhole();
        try
        {
            _stream ??= Open();
            if (_stream.Length > _length)
                _stream.SetLength(_length);
            _stream.Position = _length;
            _stream.Write(line);
            _stream.Flush(flushToDisk: true);
            _length += line.Length;
        }
        catch
        {
            // After a failed fsync the kernel may have dropped what it had: only a new descriptor tells the truth.
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    /// <summary>An open file tells nothing of a path that has another, or none.</summary>
    private void LookForOthers()
    {
        if (_length < 0)
            return;
        var file = new FileInfo(Path.Combine(directory, Name));
        var missing = _length - (file.Exists ? file.Length : 0);
        if (missing <= 0)
            return;
        Dispose();
        _length = -1;
        gone(missing);
    }

    private byte[] Write(AuditPosition position, DateTimeOffset now)
    {
        // Nothing in it needs escaping: names, digits and hex.
        var body = string.Create(CultureInfo.InvariantCulture,
            $$"""{"timestamp":"{{EventTime.ToText(now)}}","file":"{{position.File}}","lines":{{position.Lines}},"fact":{{position.Fact}},{{(journal is null ? "" : $"\"journal\":\"{journal}\",")}}"head":"{{position.Hash}}","key":"{{key.Id}}"}""");
        var signature = key.Sign(Encoding.UTF8.GetBytes(body));
        return Encoding.UTF8.GetBytes($"{body[..^1]},\"signature\":\"{signature}\"}}\n");
    }

    private FileStream Open()
    {
        var path = Path.Combine(directory, Name);
        var isNew = !File.Exists(path);
        var stream = open(path, FileMode.OpenOrCreate);
        if (isNew)
            WholeFile.SyncDirectory(directory);
        return stream;
    }

    /// <summary>A checkpoint torn by a crash is cut off: it had said nothing yet.</summary>
    private long MeasureWhole()
    {
        var path = Path.Combine(directory, Name);
        if (!File.Exists(path))
            return 0;
        using var lines = new LineReader(path);
        while (lines.TryRead(out _))
        {
        }

        return lines.WholeBytes;
    }
}
