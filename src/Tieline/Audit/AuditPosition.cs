using System.Runtime.InteropServices;

namespace Tieline.Audit;

/// <summary>A place between two lines of the log.</summary>
/// <param name="File">Null before the first file.</param>
/// <param name="Length">Bytes of it before this place.</param>
/// <param name="Lines">Lines of it before this place.</param>
/// <param name="Hash">What the next line follows.</param>
/// <param name="Fact">The last fact written; 0 before the first.</param>
/// <param name="FactHash">The hash of its line: of the last line, unless that is a repair.</param>
/// <param name="Closed">The file takes no more lines.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AuditPosition(AuditFileName? File, long Length, long Lines, AuditHash Hash, long Fact, AuditHash FactHash, bool Closed);
