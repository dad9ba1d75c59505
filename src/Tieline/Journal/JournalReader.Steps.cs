namespace Tieline.Journal;

/// <summary>What becomes of events, as it happens: for who watches.</summary>
internal sealed partial class JournalReader
{
    /// <summary>Steps behind a fact, in order: which event was accepted, delivered, or set aside. It reads the facts and no event.</summary>
    /// <param name="after">The number of a fact.</param>
    /// <param name="limit">Facts looked at, at most.</param>
    /// <returns>The steps, and the last fact that was looked at; <paramref name="after"/> where there is none behind it.</returns>
    public (IReadOnlyList<EventStep> Steps, long Through) ReadSteps(long after, int limit)
    {
        var (steps, through, left) = (new List<EventStep>(), after, limit);
        using var row = Query(
            "SELECT number, count, kind, at, first_position, positions, destination FROM fact WHERE number >= coalesce((SELECT max(number) FROM fact WHERE number <= $0), 0) ORDER BY number", after + 1);
        while (left > 0 && row.Read())
        {
            var (number, count, kind) = (row.GetInt64(0), row.GetInt64(1), row.GetString(2));
            var skip = Math.Max(0, after + 1 - number);
            if (skip >= count)
                continue;
            var taken = (int)Math.Min(left, count - skip);
            (left, through) = (left - taken, number + skip + taken - 1);
            if (kind is not ("accepted" or Outcomes.Delivered or Outcomes.DeadLettered))
                continue;
            var positions = row.IsDBNull(5) ? null : PositionList.TryUnpack(row.GetFieldValue<byte[]>(5));
            for (var index = skip; index < skip + taken; index++)
            {
                if ((index < positions?.Count ? positions[(int)index] : Long(row, 4) + index) is not { } position)
                    break; // broken: the line in the audit log says so
                steps.Add(new EventStep(number + index, Time(row, 3)!.Value, kind, row.IsDBNull(6) ? null : row.GetString(6), new JournalPosition(position)));
            }
        }

        return (steps, through);
    }
}
