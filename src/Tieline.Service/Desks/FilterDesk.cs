using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Reload;
using Tieline.Service.Web.History;

namespace Tieline.Service.Desks;

/// <summary>Previews filters over the journal of the running Tieline, one at a time, over a connection of its own.</summary>
internal sealed class FilterDesk(ConfigurationInForce configuration, TimeProvider time) : IDisposable
{
    /// <summary>Looked at unless told otherwise.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromHours(24);

    /// <summary>At most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    public const string Busy = "A preview is under way; ask again when it is done.";

    public const string BadSpan = "must be a time from 1m to 744h, such as 24h";

    private readonly SemaphoreSlim _one = new(1, 1);

    public static bool IsSpan(TimeSpan last) => last >= TimeSpan.FromMinutes(1) && last <= Longest;

    /// <summary>The filters of a configuration.</summary>
    public static FilterSet SetOf(TielineOptions options) =>
        new(options.Filter.Rules, options.Destinations.ToDictionary(one => one.Name, one => one.Filter.Rules, StringComparer.Ordinal));

    /// <param name="last">So far back.</param>
    /// <returns>Null: another one is under way. Beside it what the filter in force dropped meanwhile, which is on no disk; null where that is not known.</returns>
    public async Task<(FilterPreview Preview, long? NotKept)?> PreviewAsync(FilterSet asked, TimeSpan last, AdminParts admin, CancellationToken cancellation)
    {
        if (!await _one.WaitAsync(TimeSpan.Zero, cancellation))
            return null;
        try
        {
            var now = time.GetUtcNow();
            var preview = new FilterPreview(asked, SetOf(configuration.Options));
            using var reader = new JournalReader(Path.Combine(Path.GetFullPath(configuration.Options.DataDirectory), JournalSchema.FileName));
            await preview.ReadAsync(reader, now - last, now, cancellation);
            return (preview, NotKept(admin.History.Read(now - last), last));
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>From the charts' samples, which are kept for a day.</summary>
    private static long? NotKept(IReadOnlyList<HistorySample> samples, TimeSpan last) =>
        samples.Count == 0 || last > HistoryFile.Kept ? null : (long)samples.Where(sample => double.IsFinite(sample.Dropped)).Sum(sample => sample.Dropped);
}
