namespace Tieline.Service.Commands.Demo;

/// <summary>Both ends' records, id by id.</summary>
/// <param name="Sent">Events numbered from the first that a socket took to the last.</param>
/// <param name="Filtered">Of these, not to be delivered, nor delivered.</param>
/// <param name="Delivered">Of these, in the CRM's records.</param>
/// <param name="InGaps">Of these, not delivered and within a gap that Tieline lists.</param>
/// <param name="Gaps">Gaps listed.</param>
/// <param name="Unproven">Deliveries from the last moments of a simulator that was killed, whose ledger died with it.</param>
/// <param name="Duplicates">Further copies under an id that the CRM had.</param>
/// <param name="OutOfOrder">Deliveries that came behind a later event of their conversation, those fetched for a gap aside.</param>
/// <param name="Differences">All of them, not only those that are printed.</param>
internal sealed record Comparison(
    int Sent, int Filtered, int Delivered, int InGaps, int Gaps, int Unproven, int Duplicates, int OutOfOrder, IReadOnlyList<Difference> Differences)
{
    /// <summary>Of those delivered, in a gap that Tieline lists: it has fetched them.</summary>
    public int Fetched { get; init; }

    /// <summary>Of those in gaps, for the CRM: not fetched yet.</summary>
    public int Missing { get; init; }

    /// <summary>Whether every event is accounted for, and none came in the wrong order.</summary>
    public bool Agrees => Sent == Filtered + Delivered + InGaps && Differences.Count == 0;
}
