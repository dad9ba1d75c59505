namespace Tieline.Genesys;

/// <summary>What became of each topic that is asked for: for health, the log and whoever diagnoses. Safe from any thread.</summary>
internal sealed class TopicTable
{
    private const int NamedInProblem = 3;

    private readonly Lock _lock = new();
    private Dictionary<string, Entry> _entries = new(StringComparer.OrdinalIgnoreCase);
    private IReadOnlyList<string> _problems = [];
    private bool _isIncomplete;

    /// <summary>Topics with an answer, in their order.</summary>
    public IReadOnlyList<TopicResult> Results
    {
        get
        {
            lock (_lock)
                return [.. _entries.Values.Select(entry => entry.Result).OfType<TopicResult>().OrderBy(result => result.Topic, StringComparer.OrdinalIgnoreCase)];
        }
    }

    public int Refused
    {
        get
        {
            lock (_lock)
                return _entries.Values.Count(entry => entry.IsRefused);
        }
    }

    public int Permitted
    {
        get
        {
            lock (_lock)
                return _entries.Values.Count(entry => entry.Result is { IsPermitted: true });
        }
    }

    /// <summary>Names that were configured and could not be found, and the like; each one sentence.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_lock)
                return _problems;
        }
    }

    /// <summary>Whether someone must look: every topic is refused, or one that was configured by name, or not all can be asked for.</summary>
    public bool NeedsAttention
    {
        get
        {
            lock (_lock)
                return _isIncomplete || IsAllRefused() || _entries.Values.Any(entry => entry is { IsRefused: true, IsExplicit: true });
        }
    }

    /// <summary>One sentence with what to check; null where every topic is permitted and every name was found.</summary>
    public string? Problem
    {
        get
        {
            lock (_lock)
            {
                var refused = _entries.Values.Where(entry => entry.IsRefused).Select(entry => entry.Result!).ToList();
                IEnumerable<string> sentences = refused.Count == 0 ? _problems : [Sentence(refused), .. _problems];
                return string.Join(". ", sentences) is { Length: > 0 } text ? text : null;
            }
        }
    }

    public bool IsRefused(string topic)
    {
        lock (_lock)
            return _entries.GetValueOrDefault(topic) is { IsRefused: true };
    }

    /// <summary>Says which topics are asked for from now on; what was known of others is forgotten.</summary>
    /// <param name="problems">What could not be asked for, and why; one sentence each.</param>
    /// <param name="isIncomplete">Whether someone must look at those problems.</param>
    public void Expect(IEnumerable<PlannedTopic> topics, IReadOnlyList<string> problems, bool isIncomplete = false)
    {
        lock (_lock)
        {
            var entries = new Dictionary<string, Entry>(StringComparer.OrdinalIgnoreCase);
            foreach (var topic in topics)
                entries[topic.Topic] = _entries.TryGetValue(topic.Topic, out var known) ? known with { IsExplicit = topic.IsExplicit } : new Entry(topic.IsExplicit, null, null);
            _entries = entries;
            _problems = problems;
            _isIncomplete = isIncomplete;
        }
    }

    /// <summary>Takes what Genesys answered to one subscription.</summary>
    /// <param name="at">When it did.</param>
    /// <returns>Those that are refused and were not before: to be named once. And since when one of those that are permitted again was not.</returns>
    public (IReadOnlyList<TopicResult> Refused, DateTimeOffset? UnheardSince) Note(IEnumerable<TopicResult> results, DateTimeOffset at)
    {
        lock (_lock)
        {
            var before = new Dictionary<string, Entry>(StringComparer.OrdinalIgnoreCase);
            var fresh = new List<TopicResult>();
            var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var result in results)
            {
                var key = KeyOf(result.Topic);
                if (key is null)
                    continue;
                var entry = _entries[key];
                before.TryAdd(key, entry);

                // Of a combined topic come a success and a failure for the part that is refused: the failure is what counts.
                if (result.IsPermitted && !seen.Add(key))
                    continue;
                seen.Add(key);
                if (!result.IsPermitted && !entry.IsRefused && !before[key].IsRefused)
                    fresh.Add(result);
                _entries[key] = new Entry(entry.IsExplicit, result, result.IsPermitted ? null : before[key].RefusedSince ?? at);
            }

            return (fresh, seen.Where(key => _entries[key].RefusedSince is null).Min(key => before[key].RefusedSince));
        }
    }

    /// <summary>The entry for a topic as it was asked for, or for the combined one that it is a part of.</summary>
    private string? KeyOf(string topic) =>
        _entries.ContainsKey(topic) ? topic : _entries.Keys.FirstOrDefault(key => TopicName.Expand(key).Contains(topic, StringComparer.OrdinalIgnoreCase));

    private bool IsAllRefused() => _entries.Count > 0 && _entries.Values.All(entry => entry.IsRefused);

    private string Sentence(List<TopicResult> refused)
    {
        var permissions = refused.SelectMany(result => result.MissingPermissions).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList();
        var named = string.Join(", ", refused.Take(NamedInProblem).Select(result => result.Topic));
        return $"Genesys refuses {refused.Count} of {_entries.Count} topics ({named}{(refused.Count > NamedInProblem ? ", …" : "")}). "
            + (permissions.Count == 0
                ? "Check the roles and divisions of the OAuth client"
                : $"The OAuth client's role needs {string.Join(", ", permissions)}, in every division that is to be heard");
    }

    private sealed record Entry(bool IsExplicit, TopicResult? Result, DateTimeOffset? RefusedSince)
    {
        public bool IsRefused => Result is { IsPermitted: false };
    }
}
