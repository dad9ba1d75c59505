namespace Tieline.Derivation;

/// <summary>One participant's part in a conversation over one medium. Holds no name, number, address or attribute.</summary>
/// <param name="Purpose">Genesys's own word for <paramref name="Kind"/>: the role of the participant in an event.</param>
/// <param name="Media">As the REST API calls it; see <see cref="MediaNames"/>.</param>
/// <param name="Outcome">Of a queue's leg.</param>
/// <param name="Phases">In no order: the rules look at their times.</param>
internal sealed record Leg(
    LegKind Kind,
    string? ParticipantId,
    string? Purpose,
    string? UserId,
    string? ExternalContactId,
    string? Media,
    QueueOutcome Outcome,
    IReadOnlyList<Phase> Phases)
{
    /// <summary>When it began, as far as can be read.</summary>
    public DateTimeOffset? Start => Phases.Min(phase => phase.Start);

    public bool IsAnswered => Phases.Any(phase => phase.Kind == PhaseKind.Interact);

    /// <summary>When its participant was there: who is offered the conversation is so from the answer on, since a snapshot does not tell when they were offered it. Null where they have not answered, or it cannot be read.</summary>
    public DateTimeOffset? PresentFrom => Kind is LegKind.Handler or LegKind.Barger ? Phases.Where(phase => phase.Kind != PhaseKind.Other).Min(phase => phase.Start) : Start;

    /// <summary>Somebody was offered the conversation, and did not answer so far. No wrap-up follows.</summary>
    public bool IsOffered => Kind is LegKind.Handler or LegKind.Barger && Phases.All(phase => phase.Kind == PhaseKind.Other);

    public bool IsReadable => Phases.All(phase => phase.IsStartKnown && phase.IsEndKnown);

    /// <summary>All phases but the wrap-ups.</summary>
    public IEnumerable<Phase> MediaPhases => Phases.Where(phase => phase.Kind != PhaseKind.WrapUp);

    /// <summary>The phase that the leg ended with, or is in, before any wrap-up. Null where there is none.</summary>
    public Phase? Last => MediaPhases.MaxBy(phase => (phase.Until, phase.Start, phase.Ended));

    /// <summary>The queue of the first phase that names one.</summary>
    public string? FirstQueueId => MediaPhases.Where(phase => phase.QueueId is not null).OrderBy(phase => phase.Start).ThenBy(phase => phase.QueueId, StringComparer.Ordinal).FirstOrDefault()?.QueueId;

    /// <summary>The queue of the last phase that names one.</summary>
    public string? LastQueueId => MediaPhases.Where(phase => phase.QueueId is not null).OrderBy(phase => phase.Until).ThenBy(phase => phase.Start).ThenBy(phase => phase.QueueId, StringComparer.Ordinal).LastOrDefault()?.QueueId;
}
