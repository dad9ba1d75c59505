using System.Collections.Frozen;

namespace Tieline.Journal;

/// <summary>What a fact may be: the <c>action</c> of its line.</summary>
internal static class FactKinds
{
    /// <summary>Of a fact whose kind is none of these.</summary>
    public const string Unknown = "unknown";

    private static readonly FrozenSet<string> _all = FrozenSet.Create(
        StringComparer.Ordinal, "accepted", "delivered", "filtered", "dead-lettered", "replayed", "discarded", "paused", "resumed", "gap-detected", "gap-filled", "gap-abandoned", "requested",
        "reconfigured", "reconciled", "started", "stopped", "identity-key-changed",
        "signed-in", "signed-out", "access-refused", "exported", "token-created", "token-revoked");

    public static bool IsKnown(string kind) => _all.Contains(kind);
}
