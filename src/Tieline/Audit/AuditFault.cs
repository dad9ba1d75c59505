namespace Tieline.Audit;

/// <summary>The first thing that is wrong.</summary>
/// <param name="File">Without its directory.</param>
/// <param name="Line">From 1; 0 where the file as a whole is meant.</param>
/// <param name="Reason">Reads on after file and line: <c>does not follow the line before</c>.</param>
internal sealed record AuditFault(string File, long Line, string Reason)
{
    public override string ToString() => Line == 0 ? $"{File}: {Reason}" : $"{File} line {Line}: {Reason}";
}
