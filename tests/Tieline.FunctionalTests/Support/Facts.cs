using Tieline.Simulator;

namespace Tieline.FunctionalTests.Support;

/// <summary>A <see cref="Site"/> with the Notifications API as its source. It has no numbers: what the CRM must have are the facts that happened, by the simulator's own record.</summary>
internal static class Facts
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>Returns when a channel is open.</summary>
    /// <param name="settings">Further settings, which depend on the simulator.</param>
    public static async Task<Site> StartAsync(Action<SiteOptions>? configure = null, Func<Site, string>? settings = null)
    {
        IList<string> all = [];
        var site = await Site.StartAsync(options =>
        {
            options.Start = false;
            options.Genesys.Rate = 200;
            options.FillsSoon();
            options.Settings.Add("Genesys:Source=Notifications");
            options.Settings.Add("Gaps:Margin=00:01:00"); // as by default: a machine that stands still for seconds is as late as Genesys may be
            configure?.Invoke(options);
            all = options.Settings;
        });
        if (settings is not null)
            all.Add(settings(site));
        try
        {
            await site.StartTielineAsync();
            await Eventually.TrueAsync(() => site.Genesys.Status.ChannelSockets > 0, TimeSpan.FromSeconds(30), () => $"a channel is open.\n{site.Process.Tail()}");
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }

        return site;
    }

    /// <summary>Waits until the CRM has all that has happened by then, and checks that it has nothing else, and nothing twice but what a kill may have sent again.</summary>
    public static async Task HasAllAsync(this Site site)
    {
        await Eventually.TrueAsync(() => Missing(site).Count == 0, TimeSpan.FromSeconds(90), () => $"the CRM has every fact; missing:\n{string.Join('\n', Missing(site).Take(5))}\n{site.Process.Tail()}");
        var made = site.Genesys.Facts().Select(fact => fact.Id!).ToHashSet(StringComparer.Ordinal);
        var requests = site.Crm.Requests();
        var ends = EndIds.Of(site.Genesys.Facts(), requests);
        requests.Where(request => request.Processed && !made.Contains(ends.GetValueOrDefault(request.Id!, request.Id!))).Select(request => request.Id).ShouldBeEmpty("what never happened");
        requests.Where(request => request.Id is not null).GroupBy(request => request.Id).Where(copies => copies.Select(copy => Convert.ToHexString(copy.Body)).Distinct().Count() > 1).Select(copies => copies.Key)
            .ShouldBeEmpty("one id with two bodies");
    }

    /// <summary>Nothing was accepted under two ids or twice under one, whatever a delivery had to repeat.</summary>
    public static void ShouldHaveAcceptedEachOnce(this Site site) =>
        site.AuditLines("accepted").GroupBy(line => line.Entry.Id).Where(copies => copies.Count() > 1).Select(copies => copies.Key).ShouldBeEmpty("accepted twice");

    /// <summary>Whether it came by way of the backfill.</summary>
    public static bool IsFetched(CrmRequest request) => request.Headers.Any(header => header.Key.Equals("Tieline-Origin", StringComparison.OrdinalIgnoreCase) && header.Value == "backfill");

    /// <summary>The simulator begins with the first subscription, the product with each channel's first connection, which may be a while later.</summary>
    private static List<LedgerLine> Missing(Site site)
    {
        var began = site.Log.Where(line => line.Name == "ChannelConnected").GroupBy(line => line.Members.GetProperty("Number").GetInt32())
            .Max(channel => channel.First().Members.GetProperty("@t").GetDateTimeOffset());
        var requests = site.Crm.Requests();
        var ends = EndIds.Of(site.Genesys.Facts(), requests);
        var delivered = requests.Where(request => request is { Processed: true, Id: not null }).Select(request => ends.GetValueOrDefault(request.Id!, request.Id!)).ToHashSet(StringComparer.Ordinal);
        return [.. site.Genesys.Facts().Where(fact => fact.Timestamp >= began && !delivered.Contains(fact.Id!))];
    }
}
