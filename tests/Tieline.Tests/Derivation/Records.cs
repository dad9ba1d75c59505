using System.Text.Json;
using Tieline.Derivation;
using Tieline.Events;

namespace Tieline.Tests.Derivation;

/// <summary>Details records, and what is derived of them.</summary>
internal static class Records
{
    public static readonly DateTimeOffset ReceivedAt = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static ConversationRecord Read(JsonElement json)
    {
        RecordReader.TryRead(json, out var record, out var fault).ShouldBeTrue(fault);
        return record;
    }

    public static IReadOnlyList<ConversationEvent> Derive(ConversationRecord record) => EventDerivation.Derive(record, ReceivedAt, EventOrigin.Backfill);

    public static IReadOnlyList<ConversationEvent> Derive(JsonElement json) => Derive(Read(json));
}
