using System.Buffers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Tieline.Journal;
using Tieline.Storage;

namespace Tieline.Audit;

/// <summary>The files of the audit log as their one writer sees them. Not thread-safe.</summary>
/// <remarks>It knows two places: where it has written to, and how far that is durable. Whatever fails, <see cref="Rollback"/> goes back to the durable one, and the
/// facts after it are written again: a fact makes the same line each time, so nothing is lost and nothing stands twice.</remarks>
/// <param name="journal">The id of the journal that it follows; null: not known.</param>
internal sealed partial class AuditLog(
    string dataDirectory, string? journal, long maxFileBytes, TimeProvider time, ILogger logger, Func<string, FileMode, FileStream> open) : IDisposable
{
    private readonly string _directory = Path.Combine(dataDirectory, "audit");
    private readonly AuditLine _line = new();
    private readonly ArrayBufferWriter<byte> _lines = new(64 * 1024);
    private AuditKey? _key;
    private CheckpointFile? _checkpoints;
    private FileStream? _stream;
    private AuditPosition _written;

    /// <summary>Up to where the log survives a power cut.</summary>
    public AuditPosition Durable { get; private set; }

    /// <summary>The last fact written, durable or not.</summary>
    public long Fact => _written.Fact;

    public bool IsOpen { get; private set; }

    public AuditCheckpoint? NewestCheckpoint => _checkpoints?.Newest;

    /// <summary>What the journal should remember of the log.</summary>
    public AuditHead Head => new(Durable.Fact, Durable.FactHash.ToString(), _checkpoints?.Newest);

    public bool IsDurable => _written == Durable;

    /// <summary>Lines made durable since the last checkpoint.</summary>
    public long LinesUnsigned { get; private set; }

    /// <summary>Finds the end of the log and repairs it. Does nothing when that has been done.</summary>
    /// <param name="head">What the journal knows the log to have reached.</param>
    /// <exception cref="AuditBrokenException">The log was altered.</exception>
    public void Open(AuditHead? head)
    {
        if (IsOpen)
            return;
        OwnerOnly.CreateDirectory(_directory);
        _key ??= AuditKey.Open(Path.Combine(dataDirectory, "keys"), _directory);
        _checkpoints ??= new CheckpointFile(_directory, _key, journal, head?.Checkpoint, open, missing => LogCheckpointsGone(logger, CheckpointFile.Name, missing));
        var tail = AuditTail.Read(_directory, head);
        _written = Durable = tail.Position;
        if (tail.TornBytes > 0)
            Repair(tail.TornBytes);
        IsOpen = true;
        LogOpened(logger, Durable.File, Durable.Lines, Durable.Fact);
    }

    /// <summary>Writes a line for each. They are durable after <see cref="Sync"/>.</summary>
    /// <exception cref="AuditBrokenException">They do not follow the last one written: the journal has lost facts.</exception>
    /// <exception cref="IOException">Call <see cref="Rollback"/>, then write what follows <see cref="Fact"/> again.</exception>
    public void Append(IReadOnlyList<AuditFact> facts)
    {
        _lines.ResetWrittenCount();
        var from = 0;
        foreach (var fact in facts)
        {
            if (fact.Number != _written.Fact + 1)
                throw new AuditBrokenException($"The audit log has reached fact {_written.Fact}, but the journal goes on with {fact.Number}: facts are missing from it.");
            var start = _lines.WrittenCount;
            var hash = _line.Append(fact, _written.Hash, _lines);
            var length = _lines.WrittenCount - start;
            if (BeginsFile(fact, length))
            {
                Write(_lines.WrittenSpan[from..start]);
                from = start;
                BeginFile(DateOnly.FromDateTime(fact.Timestamp.UtcDateTime));
            }

            _written = _written with { Length = _written.Length + length, Lines = _written.Lines + 1, Hash = hash, Fact = fact.Number, FactHash = hash };
        }

        Write(_lines.WrittenSpan[from..]);
    }

    /// <summary>Makes durable what has been written.</summary>
    /// <exception cref="AuditBrokenException">Somebody else was at the file: call <see cref="Close"/>.</exception>
    public void Sync()
    {
        if (IsDurable)
            return;
        // Before they count as written: what went into a file that is no longer the log's is in no log.
        CheckFile(_written.Length, mayBeLonger: false);
        _stream!.Flush(flushToDisk: true);
        LinesUnsigned += _written.Fact - Durable.Fact;
        Durable = _written;
    }

    /// <summary>Signs how far the log is durable; nothing before its first line.</summary>
    public void Checkpoint()
    {
        if (Durable.Lines == 0)
            return;
        _checkpoints!.Append(Durable, time.GetUtcNow());
        LinesUnsigned = 0;
    }

    /// <summary>Forgets what is not durable. It is cut off before anything else is written.</summary>
    public void Rollback()
    {
        CloseStream();
        _written = Durable;
    }

    /// <summary>Nothing that was known of the files holds any more: the next <see cref="Open"/> looks at all of them again.</summary>
    public void Close()
    {
        CloseStream();
        _checkpoints?.Dispose();
        _key?.Dispose();
        (_checkpoints, _key, IsOpen) = (null, null, false);
    }

    public void Dispose()
    {
        CloseStream();
        _checkpoints?.Dispose();
        _key?.Dispose();
        _line.Dispose();
    }

    private bool BeginsFile(AuditFact fact, int length) =>
        _written.File is not { } file || _written.Closed
        || (_written.Lines > 0 && (_written.Length + length > maxFileBytes || DateOnly.FromDateTime(fact.Timestamp.UtcDateTime) > file.Day));

    private void Write(ReadOnlySpan<byte> lines)
    {
        if (lines.Length == 0)
            return;
        // The position has moved already, by these lines.
        _stream ??= OpenAt(_written.Length - lines.Length);
        _stream.Write(lines);
    }

    private FileStream OpenAt(long length)
    {
        CheckFile(length, mayBeLonger: true);
        var stream = open(PathOf(_written.File!.Value), FileMode.Open);
        try
        {
            if (stream.Length > length)
                stream.SetLength(length);
            stream.Position = length;
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private void BeginFile(DateOnly day)
    {
        if (_written is { File: { } last, Closed: false })
        {
            // All of the closed file is durable, signed and read-only before the next exists: so only the newest file can ever be torn.
            Sync();
            CheckFile(Durable.Length, mayBeLonger: false);
            Checkpoint();
            CloseStream();
            AuditDisk.MakeReadOnly(PathOf(last));
            _written = Durable = Durable with { Closed = true };
        }

        var name = AuditFileName.After(_written.File, day);
        _stream = open(Path.Combine(_directory, name.ToString()), FileMode.OpenOrCreate);
        if (_stream.Length > 0)
            throw new AuditBrokenException($"Audit log '{name}' is there already, though Tieline was about to begin it. Run 'tieline audit verify'.");
        WholeFile.SyncDirectory(_directory);
        _written = Durable = Durable with { File = name, Length = 0, Lines = 0, Closed = false };
        LogBegun(logger, name);
    }

    /// <summary>Writes the record of the repair over the torn bytes and only then cuts what is left of them, so that a crash in between cannot hide them.</summary>
    private void Repair(long tornBytes)
    {
        var file = _written.File.ToString()!;
        _lines.ResetWrittenCount();
        var hash = _line.Append(
            new AuditFact(0, time.GetUtcNow(), null, null, null, null, null, AuditActions.LogRepaired, null, new JsonObject { ["removedBytes"] = tornBytes }),
            _written.Hash, _lines);
        using (var stream = open(Path.Combine(_directory, file), FileMode.Open))
        {
            stream.Position = _written.Length;
            stream.Write(_lines.WrittenSpan);
            stream.Flush(flushToDisk: true);
            stream.SetLength(_written.Length + _lines.WrittenCount);
            stream.Flush(flushToDisk: true);
        }

        _written = Durable = _written with { Length = _written.Length + _lines.WrittenCount, Lines = _written.Lines + 1, Hash = hash };
        LinesUnsigned++;
        LogRepaired(logger, file, _written.Lines, tornBytes);
    }

    /// <param name="length">Bytes that it has at least.</param>
    private void CheckFile(long length, bool mayBeLonger) => AuditFileCheck.Check(PathOf(_written.File!.Value), length, Durable.Length, Durable.Hash, mayBeLonger);

    private string PathOf(AuditFileName file) => Path.Combine(_directory, file.ToString());

    private void CloseStream()
    {
        _stream?.Dispose();
        _stream = null;
    }
}
