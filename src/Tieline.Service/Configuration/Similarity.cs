namespace Tieline.Service.Configuration;

/// <summary>Finds what was meant by a mistyped name. Pure.</summary>
internal static class Similarity
{
    /// <returns>The nearest of <paramref name="names"/>, or null when none is near enough to be what was meant.</returns>
    public static string? Nearest(string typed, IEnumerable<string> names)
    {
        // A third of the letters wrong is a typo; more is another word.
        var limit = Math.Max(1, typed.Length / 3);
        return names.Select(name => (Name: name, Distance: Distance(typed.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(n => n.Distance <= limit)
            .OrderBy(n => n.Distance)
            .Select(n => n.Name)
            .FirstOrDefault();
    }

    /// <summary>Letters added, left out, replaced or swapped with their neighbour (optimal string alignment).</summary>
    public static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
