namespace Tieline.Service.Commands.Demo;

/// <summary>The live line's figures; null where nobody knows at the moment.</summary>
/// <param name="Received">Events Tieline read, over its lives.</param>
/// <param name="Kept">Of these, those that passed its filter.</param>
/// <param name="Delivered">Ids the CRM has.</param>
/// <param name="Waiting">In the journal and not yet delivered.</param>
/// <param name="Gaps">Holes that Tieline found, over its lives.</param>
/// <param name="P99Ms">From an event's timestamp to the CRM, over the last thousand.</param>
internal sealed record DemoFigures(long Received, long Kept, long? Delivered, long? Waiting, int Gaps, double? P99Ms);
