using System.Buffers;
using System.Globalization;
using System.Text;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Storage;

namespace Tieline.Audit;

/// <summary><c>checkpoints.jsonl</c>: signed heads of the log. Each says only what is already durable.</summary>
/// <param name="journal">The id of the journal that the log is of; null: not known.</param>
/// <param name="remembered">The newest checkpoint that the journal knows. Those after it have later numbers, so that one that was removed leaves a hole.</param>
/// <param name="gone">Told how many checkpoints somebody else took out of it; signing goes on behind what is left.</param>
internal sealed class CheckpointFile(
    string directory, AuditKey key, string? journal, AuditCheckpoint? remembered, Func<string, FileMode, FileStream> open, Action<long> gone) : IDisposable
{
    public const string Name = "checkpoints.jsonl";

    private FileStream? _stream;
    private long _length = -1;

    /// <summary>The newest checkpoint; null before the first of this key.</summary>
    public AuditCheckpoint? Newest { get; private set; } = remembered?.Key == key.Id ? remembered : null;

    /// <summary>Signs a place and makes that durable.</summary>
    /// <exception cref="IOException">It may be written again: what has been written of it is cut off first.</exception>
    public void Append(AuditPosition position, DateTimeOffset now)
    {
        LookForOthers();
        if (_length < 0)
            _length = MeasureWhole();
        var number = (Newest?.Number ?? 0) + 1;
        var line = Write(number, position, now);
        try
        {
            _stream ??= Open();
            if (_stream.Length > _length)
                _stream.SetLength(_length);
            _stream.Position = _length;
            _stream.Write(line);
            _stream.Flush(flushToDisk: true);
            _length += line.Length;
            Newest = new AuditCheckpoint(number, AuditHash.Of(line.AsSpan(..^1)).ToString(), key.Id);
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
        if (file.Exists && file.Length >= _length)
            return;
        Dispose();
        _length = -1;
    }

    private byte[] Write(long number, AuditPosition position, DateTimeOffset now)
    {
        // Nothing in it needs escaping: names, digits and hex.
        var body = string.Create(CultureInfo.InvariantCulture,
            $$"""{"timestamp":"{{EventTime.ToText(now)}}","number":{{number}},"previous":"{{Newest?.Hash ?? default(AuditHash).ToString()}}","file":"{{position.File}}","lines":{{position.Lines}},"fact":{{position.Fact}},{{(journal is null ? "" : $"\"journal\":\"{journal}\",")}}"head":"{{position.Hash}}","key":"{{key.Id}}"}""");
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

    /// <summary>A checkpoint torn by a crash is cut off: it had said nothing yet. Also finds the newest: the later of what the file and the journal know.</summary>
    private long MeasureWhole()
    {
        var path = Path.Combine(directory, Name);
        AuditCheckpoint? last = null;
        long bytes = 0;
        if (File.Exists(path))
        {
            using var lines = new LineReader(path);
            var newest = new ArrayBufferWriter<byte>();
            while (lines.TryRead(out var line))
            {
                newest.ResetWrittenCount();
                newest.Write(line);
            }

            if (lines.Lines > 0)
                last = new AuditCheckpoint(NumberOf(newest.WrittenSpan) ?? lines.Lines, AuditHash.Of(newest.WrittenSpan).ToString(), key.Id);
            bytes = lines.WholeBytes;
        }

        if (Newest is { } known && known.Number > (last?.Number ?? 0))
            gone(known.Number - (last?.Number ?? 0));
        else
            Newest = last;
        return bytes;
    }

    private static long? NumberOf(ReadOnlySpan<byte> line)
    {
        try
        {
            return SignedHead.Parse(line, 0).Link?.Number;
        }
        catch (FormatException)
        {
            return null; // the verifier tells
        }
    }
}
