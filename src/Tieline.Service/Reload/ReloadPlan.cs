using Tieline.Service.Configuration;
using Tieline.Service.Hosting;

namespace Tieline.Service.Reload;

/// <summary>What files that have changed mean for a Tieline that runs. Pure.</summary>
/// <param name="Options">What is to hold: of the files what can change while it runs, of all else what held before.</param>
/// <param name="Values">The same, key by key.</param>
/// <param name="Applied">Keys that change now. A destination's stand under its name, <c>Destinations:crm:Url</c>: its place in the list says nothing.</param>
/// <param name="NeedsRestart">Keys whose new value holds from the next start on.</param>
internal sealed record ReloadPlan(TielineOptions Options, IReadOnlyList<EffectiveValue> Values, IReadOnlyList<ConfigurationChange> Applied, IReadOnlyList<ConfigurationChange> NeedsRestart)
{
    /// <summary>All else is given to parts that are made once.</summary>
    private static readonly string[] _live = ["Filter", "Redaction", DestinationsKey, "Retention", "Logging:Level"];

    private const string DestinationsKey = "Destinations";

    /// <summary>Names of destinations that are no longer configured, or otherwise: they stop, once what is in flight has ended.</summary>
    public required IReadOnlySet<string> Stopping { get; init; }

    /// <summary>Names of those that begin, or begin anew.</summary>
    public required IReadOnlySet<string> Starting { get; init; }

    /// <param name="options">What holds.</param>
    /// <param name="values">The same, key by key.</param>
    /// <param name="read">What the files say; without errors.</param>
    public static ReloadPlan Of(TielineOptions options, IReadOnlyList<EffectiveValue> values, LoadedConfiguration read)
    {
        var (before, after) = (NamesOf(options), NamesOf(read.Options));
        var changes = ConfigurationChange.Between([.. ByName(options, values, after)], [.. ByName(read.Options, read.Values, before)]);
        var applied = changes.Where(change => IsLive(change.Key)).ToList();
        var touched = applied.Where(change => change.Key.StartsWith(DestinationsKey + ":", StringComparison.Ordinal)).Select(change => change.Key.Split(':')[1]).ToHashSet(StringComparer.Ordinal);
        return new ReloadPlan(
            Merge(options, read.Options), [.. values.Where(value => !IsLive(value.Key)), .. read.Values.Where(value => IsLive(value.Key))], applied, [.. changes.Where(change => !IsLive(change.Key))])
        {
            Stopping = before.Where(touched.Contains).ToHashSet(StringComparer.Ordinal),
            Starting = after.Where(touched.Contains).ToHashSet(StringComparer.Ordinal),
        };
    }

    private static bool IsLive(string key) => Array.Exists(_live, live => key == live || key.StartsWith(live + ":", StringComparison.Ordinal));

    private static HashSet<string> NamesOf(TielineOptions options) => [.. options.Destinations.Select(destination => destination.Name)];

    /// <summary>Of a destination that the other side does not have, only what somebody has written, and where it goes.</summary>
    private static IEnumerable<EffectiveValue> ByName(TielineOptions options, IReadOnlyList<EffectiveValue> values, HashSet<string> others)
    {
        foreach (var value in values)
        {
            if (value.Key.Split(':', 3) is not [DestinationsKey, var index, var rest])
            {
                yield return value;
                continue;
            }

            var name = options.Destinations[int.Parse(index, System.Globalization.CultureInfo.InvariantCulture)].Name;
            if (others.Contains(name) || value.Source != EffectiveValue.Default || rest == "Url")
                yield return value with { Key = $"{DestinationsKey}:{name}:{rest}" };
        }
    }

    private static TielineOptions Merge(TielineOptions held, TielineOptions read) => new()
    {
        DataDirectory = held.DataDirectory,
        Genesys = held.Genesys,
        Filter = read.Filter,
        Redaction = read.Redaction,
        Gaps = held.Gaps,
        Reconcile = held.Reconcile,
        Destinations = read.Destinations,
        Audit = held.Audit,
        Retention = read.Retention,
        Http = held.Http,
        Telemetry = held.Telemetry,
        Logging = new LoggingOptions { Level = read.Logging.Level, Format = held.Logging.Format },
    };
}
