namespace Tieline.Backfill;

/// <param name="Evidence">What it rests on, in words.</param>
/// <param name="Gaps">The gaps that it rests on.</param>
internal sealed record CoverageSpan(DateTimeOffset From, DateTimeOffset To, CoverageState State, string Evidence, IReadOnlyList<long> Gaps);
