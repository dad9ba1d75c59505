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

    /// <summary>Two of half the conversations each.</summary>
    public (DeliveryBatch, DeliveryBatch) Halve() => (new DeliveryBatch([.. parts.Take(parts.Count / 2)]), new DeliveryBatch([.. parts.Skip(parts.Count / 2)]));
}
