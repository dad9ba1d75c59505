namespace Tieline.Journal;

/// <summary>What the audit log follows: the journal's facts in their order, and the head it last reported.</summary>
internal interface IFactSource
{
    /// <summary>The journal's own, 32 hex digits: its copies have the same. Null where it has none.</summary>
    string? Id { get; }

    /// <summary>The number of the newest durable fact; 0 before the first.</summary>
    long NewestFact { get; }

    /// <summary>The next facts, by number, oldest first; empty when there are none yet. Only durable facts are returned.</summary>
    /// <param name="after">The number of the last fact already written; 0 for none.</param>
    IReadOnlyList<AuditFact> ReadFacts(long after, int limit);

    /// <summary>Completes when a fact past <paramref name="after"/> is durable; at once if one is.</summary>
    Task WaitForFactsAsync(long after, CancellationToken stopping);

    /// <summary>Remembers, durably, that the audit log has reached this fact and hash: what a truncated log is held against.</summary>
    Task SaveHeadAsync(AuditHead head, CancellationToken cancellation);

    /// <summary>The head last saved; null before the first.</summary>
    AuditHead? ReadHead();
}

/// <param name="Fact">The number of the last fact written and fsynced.</param>
/// <param name="Hash">Its line's <c>hash</c>, 64 hex digits.</param>
/// <param name="Checkpoint">The newest checkpoint; null before the first, and in a journal of an older version.</param>
internal sealed record AuditHead(long Fact, string Hash, AuditCheckpoint? Checkpoint = null);
