namespace Tieline.Audit;

/// <summary>The log on the disk is not what was written: going on would put new lines on top of an altered chain, so nobody does until a person has looked.</summary>
internal sealed class AuditBrokenException(string message) : Exception(message)
{
    public static AuditBrokenException At(string file, long line, string reason) =>
        new($"Audit log '{file}' line {line}: {reason}. It was altered after it was written. Run 'tieline audit verify', and put the file back from a copy.");
}
