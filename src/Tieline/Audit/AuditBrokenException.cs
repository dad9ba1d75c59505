namespace Tieline.Audit;

/// <summary>The log on the disk is not what was written: going on would put new lines on top of an altered chain, so nobody does until a person has looked.</summary>
internal sealed class AuditBrokenException(string message) : Exception(message)
{
    /// <summary>Nothing is wrong with the log: it is another journal's, or of a later time than this one.</summary>
    public bool IsForeign { get; private init; }

    public static AuditBrokenException At(string file, long line, string reason) =>
        new($"Audit log '{file}' line {line}: {reason}. It was altered after it was written. Run 'tieline audit verify', and put the file back from a copy; "
            + "where there is none, 'tieline audit restart' begins a new log on record.");

    /// <param name="found">A clause: what is wrong.</param>
    public static AuditBrokenException Moved(string path, string found) => new(
        $"Audit log '{path}' is no longer the file that Tieline wrote: {found}. Another program rotated, replaced, cut or removed it. Put it back as it was. "
        + "If that is not possible, stop Tieline and begin a new log on record: 'tieline audit restart --reason TEXT'. Exclude the folder 'audit' from log rotation.");

    /// <param name="found">A clause: what does not fit.</param>
    public static AuditBrokenException Foreign(string directory, string found) => new(
        $"The audit log in '{directory}' and the journal beside it do not belong together: {found}. Both were left as they are. Put both back from the same copy. "
        + "If there is none, begin a new audit log on record with 'tieline audit restart --reason TEXT', then fetch what is missing with 'tieline reconcile --from TIME --to TIME --repair'.")
    { IsForeign = true };
}
