using System.Runtime.InteropServices;

namespace Tieline.Audit;

/// <summary>A line's place in the chain.</summary>
/// <param name="Previous">The hash of the line before.</param>
/// <param name="Hash">Its own.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AuditLink(long Fact, AuditHash Previous, AuditHash Hash);
