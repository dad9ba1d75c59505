using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>Events of one or more conversations that go out in one request, of each so many from its lane's head on. Its lanes are in flight until it is settled or taken apart.</summary>
internal sealed class DeliveryBatch(IReadOnlyList<(DeliveryLane Lane, int Count)> parts)
{
    public IReadOnlyList<(DeliveryLane Lane, int Count)> Parts => parts;

    /// <summary>In the order in which they are sent: each conversation's in its own.</summary>
    public IReadOnlyList<JournalEntry> Entries { get; } = [.. parts.SelectMany(part => part.Lane.First(part.Count))];

    /// <summary>Attempts that failed, as a whole.</summary>
    public int Failures { get; set; }

    /// <summary>Until when it was asked to wait: nothing lifts that.</summary>
    public MonotonicTime AskedUntil { get; set; } = MonotonicTime.Always;

    /// <summary>A part of one that failed.</summary>
    public bool IsPart { get; private init; }

    /// <summary>Two of half the conversations each.</summary>
    public (DeliveryBatch, DeliveryBatch) Halve()
    {
        var half = parts.Count / 2;
        return (Part([.. parts.Take(half)]), Part([.. parts.Skip(half)]));
    }

    private DeliveryBatch Part(IReadOnlyList<(DeliveryLane, int)> some) => new(some) { IsPart = true, AskedUntil = AskedUntil };
}
