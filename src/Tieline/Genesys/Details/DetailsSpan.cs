namespace Tieline.Genesys;

/// <summary>What to read: the conversations of a time.</summary>
/// <param name="From">Genesys answers with conversations that <em>started</em> on a UTC day that the interval touches, whatever the hour: reach back for what started earlier, and drop what lies outside.</param>
/// <param name="To">Exclusive.</param>
/// <param name="MediaTypes">As subscribed to (<c>Genesys:Subscription:Types</c>); empty: all.</param>
internal sealed record DetailsSpan(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<string> MediaTypes)
{
    public TimeSpan Length => To - From;
}
