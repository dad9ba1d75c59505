namespace Tieline.Genesys;

/// <summary>One page of one interval.</summary>
/// <param name="Slice">At most <see cref="MaxInterval"/> long.</param>
/// <param name="Page">From 1, to <see cref="MaxPage"/>.</param>
internal sealed record DetailsQuery(DetailsSpan Slice, int Page)
{
    /// <summary>The most that Genesys gives at once.</summary>
    public const int PageSize = 100;

    /// <summary>Genesys pages no further than this.</summary>
    public const int MaxHits = 100_000;

    public const int MaxPage = MaxHits / PageSize;

    public static readonly TimeSpan MaxInterval = TimeSpan.FromDays(31);
}
