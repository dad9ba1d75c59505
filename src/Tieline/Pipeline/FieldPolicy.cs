using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Tieline.Derivation;
using Tieline.Filtering;

namespace Tieline.Pipeline;

/// <summary>Applies the policy of every field to what a record or a snapshot shows, before anything is derived from it or stored: the same text has the same hash on every way in. Pure.</summary>
internal static class FieldPolicy
{
    /// <summary>Why a record or snapshot cannot be read that has a word that is none, or a value that is too long.</summary>
    public const string Fault = "a value that is no id or word, or too long";

    /// <inheritdoc cref="RecordReader.TryRead"/>
    /// <param name="redactor">Nothing that it would not let pass leaves here.</param>
    public static bool TryReadRecord(JsonElement conversation, IdentityRedactor redactor, [NotNullWhen(true)] out ConversationRecord? record, [NotNullWhen(false)] out string? fault)
    {
        record = RecordReader.TryRead(conversation, out var read, out fault) ? Apply(read, redactor) : null;
        if (read is not null && record is null)
            fault = Fault;
        return record is not null && fault is null;
    }

    /// <returns>Null: it cannot be read.</returns>
    public static ConversationRecord? Apply(ConversationRecord record, IdentityRedactor redactor)
    {
        if (!IsShort(record.ConversationId))
            return null;
        var legs = new List<Leg>(record.Legs.Count);
        foreach (var leg in record.Legs)
        {
            if (!(IsWord(leg.Purpose) && IsWord(leg.Media) && IsShort(leg.ParticipantId) && IsShort(leg.UserId) && IsShort(leg.ExternalContactId) && leg.Phases.All(phase => IsShort(phase.QueueId))))
                return null;
            legs.Add(Apply(leg, redactor));
        }

        return record with { ConversationId = redactor.Id(record.ConversationId), Legs = legs };
    }

    /// <returns>Null: it cannot be read.</returns>
    public static ConversationSnapshot? Apply(ConversationSnapshot snapshot, IdentityRedactor redactor)
    {
        if (!IsShort(snapshot.ConversationId))
            return null;
        var legs = new List<SnapshotLeg>(snapshot.Legs.Count);
        foreach (var leg in snapshot.Legs)
        {
            if (!(IsWord(leg.Purpose) && IsWord(leg.Media) && IsShort(leg.ParticipantId) && IsShort(leg.CommunicationId) && IsShort(leg.UserId) && IsShort(leg.ExternalContactId) && IsShort(leg.QueueId)))
                return null;
            legs.Add(leg with
            {
                ParticipantId = redactor.IdOrNull(leg.ParticipantId),
                CommunicationId = redactor.IdOrNull(leg.CommunicationId),
                Purpose = redactor.WordOrNull(leg.Purpose),
                Media = redactor.WordOrNull(leg.Media),
                UserId = redactor.IdOrNull(leg.UserId),
                ExternalContactId = redactor.IdOrNull(leg.ExternalContactId),
                QueueId = redactor.IdOrNull(leg.QueueId),
            });
        }

        return snapshot with { ConversationId = redactor.Id(snapshot.ConversationId), Legs = legs };
    }

    private static Leg Apply(Leg leg, IdentityRedactor redactor) => leg with
    {
        ParticipantId = redactor.IdOrNull(leg.ParticipantId),
        Purpose = redactor.WordOrNull(leg.Purpose),
        UserId = redactor.IdOrNull(leg.UserId),
        ExternalContactId = redactor.IdOrNull(leg.ExternalContactId),
        Media = redactor.WordOrNull(leg.Media),
        Phases = leg.Phases.All(phase => phase.QueueId is null || redactor.Id(phase.QueueId) == phase.QueueId) ? leg.Phases : [.. leg.Phases.Select(phase => phase with { QueueId = redactor.IdOrNull(phase.QueueId) })],
    };

    private static bool IsWord(string? text) => text is null || KnownWords.IsWord(text);

    private static bool IsShort(string? text) => text is null || text.Length <= IdentityRedactor.MaxLength;
}
