using Tieline.FunctionalTests.Support;
using static Tieline.FunctionalTests.Support.Facts;

namespace Tieline.FunctionalTests;

/// <summary>Genesys's Notifications API as the source: the CRM gets every fact that happened, once, by whatever way it came.</summary>
public sealed class NotificationTests
{
    [Fact]
    [Trait("Guarantee", "G1")]
    [Trait("Guarantee", "G3")]
    public async Task Undisturbed_every_fact_arrives_live()
    {
        await using var site = await StartAsync();
        await site.MoreDeliveriesAsync(500, Soon);
        site.Genesys.Stop();
        await site.HasAllAsync();
        site.AuditLines("gap-detected").ShouldBeEmpty();
        site.Crm.Requests().Count(IsFetched).ShouldBe(0);
        (await site.ReadyAsync()).Status.ShouldBe(200);
        (await site.RunAsync("audit", "verify", "--data", site.DataDirectory)).ExitCode.ShouldBe(0);
    }

    [Fact]
    [Trait("Guarantee", "G10")]
    public async Task What_happened_while_the_process_was_down_is_fetched()
    {
        await using var site = await StartAsync();
        await site.MoreDeliveriesAsync(50, Soon);
        for (var round = 0; round < 3; round++)
        {
            await site.KillAsync();
            await site.MoreEventsAsync(200, Soon);
            await site.StartTielineAsync();
            await site.MoreDeliveriesAsync(50, Soon);
        }

        site.Genesys.Stop();
        await site.HasAllAsync();
        site.AuditLines("gap-detected").Select(line => (string?)line.Detail!["reason"]).ShouldContain("restart");
        site.Crm.Requests().Count(IsFetched).ShouldBeGreaterThan(0);
    }
}
