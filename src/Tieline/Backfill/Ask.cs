namespace Tieline.Backfill;

/// <summary>One question to Genesys, for all gaps that lie together.</summary>
/// <param name="From">Conversations that were there between <paramref name="From"/>…</param>
/// <param name="To">…and here are asked for.</param>
/// <param name="IsSettling">Late enough after the gaps' end to close them, and reaching back to conversations that began long before.</param>
internal sealed record Ask(IReadOnlyList<GapFill> Fills, DateTimeOffset From, DateTimeOffset To, bool IsSettling);
