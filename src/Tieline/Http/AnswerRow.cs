using System.Globalization;

namespace Tieline.Http;

/// <summary>One row of <see cref="AnswerTable"/>: what an answer means to whoever asked.</summary>
/// <param name="Status">Statuses parted by commas, <c>4xx</c> for a hundred of them, <c>other</c> for all.</param>
/// <param name="With">What the answer must have besides.</param>
internal sealed record AnswerRow(Asked Asked, string Status, AnswerSigns With, AnswerMeaning Meaning)
{
    private readonly HashSet<int>? _statuses = Status == "other" ? null : [.. Status.Split(", ").SelectMany(StatusesOf)];

    /// <summary>Statuses that it names; null: all that no row before it does.</summary>
    public IReadOnlySet<int>? Statuses => _statuses;

    public bool Covers(int status, AnswerSigns signs) => (_statuses is null || _statuses.Contains(status)) && (signs & With) == With;

    private static IEnumerable<int> StatusesOf(string part) => part.EndsWith("xx", StringComparison.Ordinal)
        ? Enumerable.Range((part[0] - '0') * 100, 100)
        : [int.Parse(part, CultureInfo.InvariantCulture)];
}
