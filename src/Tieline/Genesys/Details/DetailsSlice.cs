namespace Tieline.Genesys;

/// <param name="To">Exclusive.</param>
internal readonly record struct DetailsSlice(DateTimeOffset From, DateTimeOffset To)
{
    public TimeSpan Length => To - From;

    public bool IsWithinADay => From.UtcDateTime.Date == To.AddTicks(-1).UtcDateTime.Date;

    public override string ToString() => $"{Events.EventTime.ToText(From)}/{Events.EventTime.ToText(To)}";
}
