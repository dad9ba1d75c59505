using System.Globalization;
using System.Text;
using Tieline.Journal;

namespace Tieline.Audit;

/// <summary>One run of <see cref="AuditVerifier"/>: the files in their order, and what is known of them from elsewhere.</summary>
internal sealed class AuditVerification(string directory, string? head, string? key, AuditHead? journalHead, Func<long>? newestFact, IProgress<long>? progress)
{
    private const long ProgressLines = 100_000;

    private readonly ChainCheck _chain = new();
    private readonly byte[]? _givenHash = head is null ? null : Encoding.UTF8.GetBytes(head);
    private readonly byte[]? _journalHash = journalHead is null ? null : Encoding.UTF8.GetBytes(journalHead.Hash);
    private readonly List<string> _notes = [];
    private SignedHeads _heads = null!;
    private int _headsSeen;
    private int _files;
    private long _lines;
    private AuditFileName? _file;
    private long _fileLines;
    private AuditEvidence? _fromCheckpoint;
    private AuditEvidence? _fromJournal;
    private AuditEvidence? _fromCaller;

    public async Task<AuditReport> RunAsync(CancellationToken cancellation)
    {
        // Heads first: the log may grow meanwhile, and then has more than they say, never less.
        _heads = SignedHeads.Read(directory);
        var signatures = Task.Run(() => _heads.FirstBadSignature(directory, key, cancellation), cancellation);
        var fault = CheckLog(cancellation);
        // Where log and checkpoint disagree, a checkpoint that is not as signed is the one that was changed.
        var headsFault = await signatures ?? _heads.Fault;
        if (fault is null or { Kind: FaultKind.NotAsSigned })
            fault = headsFault is null ? fault ?? CheckEnd() ?? CheckRemembered() : new Fault(headsFault);
        return Report(fault?.What, headsSound: headsFault is null);
    }

    private Fault? CheckLog(CancellationToken cancellation)
    {
        var stranger = Directory.EnumerateFiles(directory, AuditFileName.Pattern).Select(Path.GetFileName).Order()
            .FirstOrDefault(file => !AuditFileName.TryParse(file!, out _));
        if (stranger is not null)
            return new Fault(new AuditFault(stranger, 0, "is no name of a log file"));

        var names = AuditFileName.List(directory);
        for (var i = 0; i < names.Count; i++)
        {
            if (CheckName(names[i]) is { } misplaced)
                return misplaced;
            try
            {
                if (CheckFile(names[i], isLast: i == names.Count - 1, cancellation) is { } fault)
                    return fault;
            }
            catch (InvalidDataException e)
            {
                return new Fault(new AuditFault(names[i].ToString(), _fileLines + 1, e.Message));
            }
        }

        return null;
    }

    private Fault? CheckName(AuditFileName name)
    {
        var expected = _file is { } last && last.Day == name.Day ? last.Number + 1 : 1;
        return name.Number == expected ? null : new Fault(new AuditFault(name.ToString(), 0, $"is there, but number {expected:D4} of that day is not: a file was removed"));
    }

    private Fault? CheckFile(AuditFileName name, bool isLast, CancellationToken cancellation)
    {
        var before = _file;
        _file = name;
        _fileLines = 0;
        _files++;
        using var lines = new LineReader(Path.Combine(directory, name.ToString()));
        while (lines.TryRead(out var line))
        {
            var reason = _chain.Offer(line);
            if (reason is null && _fileLines == 0 && !IsNamedAfterFirstLine(name, before))
                reason = $"is of {_chain.Day:yyyy-MM-dd}, which is not the day that its file is named after";
            if (reason is not null)
                return At(_fileLines + 1, reason);
            _lines++;
            _fileLines++;
            if (CheckKnown() is { } fault)
                return fault;
            if (_lines % ProgressLines == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(_lines);
            }
        }

        if (!isLast && (lines.Rest.Length > 0 || _fileLines == 0))
            return At(_fileLines + 1, "has no end, though another file follows");
        if (!TornLine.IsPlausible(lines.Rest))
            return At(_fileLines + 1, "was changed: it does not end as a line does");
        if (lines.Rest.Length > 0)
            _notes.Add($"{name} ends with {lines.Rest.Length} bytes of a line that is being written or was torn by a crash; the next start repairs and records that.");
        return null;
    }

    /// <summary>A repair may stand first in a file that was named after the line it replaces.</summary>
    private bool IsNamedAfterFirstLine(AuditFileName name, AuditFileName? before) =>
        _chain.IsRepair || name.Day == (before is { } last && last.Day > _chain.Day ? last.Day : _chain.Day);

    /// <summary>Holds the line just found good against what is known of it.</summary>
    private Fault? CheckKnown()
    {
        for (; _headsSeen < _heads.All.Count && _heads.All[_headsSeen] is var signed && signed.Lines == _fileLines && signed.File == _file; _headsSeen++)
        {
            if (!_chain.Head.SequenceEqual(signed.Head) || _chain.Fact != signed.Fact)
                return At(_fileLines, $"is not the one that checkpoint {signed.Number} signed: the log was written anew up to here", FaultKind.NotAsSigned);
            _fromCheckpoint = Evidence("checkpoint");
        }

        if (journalHead is not null && _chain.LineFact == journalHead.Fact && !_chain.IsRepair)
        {
            if (!_chain.Head.SequenceEqual(_journalHash))
                return At(_fileLines, $"is not the one that the journal knows for fact {journalHead.Fact}: the log was written anew up to here");
            _fromJournal = Evidence("journal");
        }

        if (_givenHash is not null && _chain.Head.SequenceEqual(_givenHash))
            _fromCaller = Evidence("head");
        return null;
    }

    /// <summary>Whether the log has all that is known of it, once all that it has is good.</summary>
    private Fault? CheckEnd()
    {
        if (_headsSeen < _heads.All.Count)
        {
            var missing = _heads.All[_headsSeen];
            return AtEnd($"the log ends here, but checkpoint {missing.Number} signed {missing.File} line {missing.Lines}: lines were removed");
        }

        if (journalHead is not null && journalHead.Fact > _chain.Fact)
            return AtEnd($"the log ends here with fact {_chain.Fact}, but the journal knows that it had reached {journalHead.Fact}: lines were removed");
        if (head is not null && _fromCaller is null)
            return AtEnd("the log ends here, but no line has the head that was given: lines were removed or written anew");
        if (newestFact?.Invoke() is { } newest)
        {
            if (newest < _chain.Fact)
                return AtEnd($"the log ends here with fact {_chain.Fact}, but the journal's newest is {newest}: lines were added, or it belongs to another journal");
            if (newest > _chain.Fact)
                _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{newest - _chain.Fact:N0} facts of the journal are not written yet."));
        }

        return null;
    }

    /// <summary>Whether the checkpoints have the one that the journal knows.</summary>
    private Fault? CheckRemembered()
    {
        if (journalHead?.Checkpoint is not { } known)
            return null;
        if (_heads.All.Count < known.Number)
            return new Fault(new AuditFault(SignedHeads.FileName, _heads.All.Count, $"the checkpoints end here, but the journal knows number {known.Number}: checkpoints were removed"));
        if (_heads.All[(int)known.Number - 1].Hash.ToString() != known.Hash)
            return new Fault(new AuditFault(SignedHeads.FileName, known.Number, "is not the checkpoint that the journal knows: the checkpoints were replaced"));
        return null;
    }

    private AuditReport Report(AuditFault? fault, bool headsSound)
    {
        AuditEvidence?[] evidence = [headsSound ? _fromCheckpoint : null, _fromJournal, _fromCaller];
        if (_files == 0)
            _notes.Add("There is no log file.");
        if (_heads.IsTorn)
            _notes.Add($"{SignedHeads.FileName} ends in a checkpoint that is being written or was torn by a crash; it was not used.");
        return new AuditReport(
            fault is null, _files, _lines, _chain.Fact, Encoding.UTF8.GetString(_chain.Head), headsSound ? _headsSeen : 0, _heads.All is [.., var newest] ? newest.Key : null,
            fault, [.. evidence.OfType<AuditEvidence>()], _notes, fault is null ? [.. NotChecked()] : []);
    }

    private IEnumerable<string> NotChecked()
    {
        if (_heads.All.Count == 0)
            yield return $"Signatures: there is no checkpoint in {SignedHeads.FileName}.";
        else if (key is null)
            yield return $"The key: {SignedHeads.KeyFileName} was used as it is there. To check it, give the id that was noted elsewhere: --key ID.";
        if (journalHead is null)
            yield return "Lines and checkpoints removed from the end, lines added at the end: there was no journal to compare with.";
        else if (journalHead.Checkpoint is null && _heads.All.Count > 0)
            yield return "Checkpoints removed from the end: the journal remembers none.";
        var known = new[] { _fromCheckpoint, _fromJournal, _fromCaller }.OfType<AuditEvidence>().MaxBy(evidence => evidence.Fact);
        if (known is null && _lines > 0)
            yield return "Whether lines were removed from the end, or all written anew: nothing else knows of the log.";
        else if (known is not null && known.Fact < _chain.Fact)
            yield return string.Create(CultureInfo.InvariantCulture, $"Whether the lines behind {known.File} line {known.Line:N0} are as they were written: nothing else knows of them.");

        if (_heads.All.Count(one => one.Link is null) is > 0 and var unlinked)
            yield return string.Create(CultureInfo.InvariantCulture, $"Whether one of the first {unlinked:N0} checkpoints was removed before the next was written: an older version wrote them without numbers.");
    }

    private AuditEvidence Evidence(string kind) => new(kind, _file.ToString()!, _fileLines, _chain.Fact, Encoding.UTF8.GetString(_chain.Head));

    private Fault At(long line, string reason, FaultKind kind = FaultKind.InLog) => new(new AuditFault(_file.ToString()!, line, reason), kind);

    private Fault AtEnd(string reason) => new(new AuditFault(_file?.ToString() ?? AuditFileName.Pattern, _fileLines, reason));

    private enum FaultKind
    {
        InLog,
        NotAsSigned,
    }

    private sealed record Fault(AuditFault What, FaultKind Kind = FaultKind.InLog);
}
