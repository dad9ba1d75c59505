namespace Tieline.Genesys;

/// <summary>Where to read on in a <see cref="DetailsSpan"/>: a page of the slice from <paramref name="From"/> to <paramref name="To"/>, then all that comes after it.</summary>
/// <param name="Page">From 1.</param>
/// <param name="Job">The asynchronous job whose results are read; null where the query is.</param>
/// <param name="JobCursor">Where in its results; null: from their start.</param>
internal sealed record DetailsCursor(DateTimeOffset From, DateTimeOffset To, int Page, string? Job = null, string? JobCursor = null);
