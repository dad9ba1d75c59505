using Tieline.Events;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>Conversations that are reopened: the CRM gets every end, each once and under an id of its own, whatever way it came.</summary>
[Trait("Guarantee", "G1")]
[Trait("Guarantee", "G3")]
public sealed class ReopenedTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_stream_with_holes_a_disconnection_and_a_kill_delivers_every_end_once()
    {
        await using var site = await Site.StartAsync(options =>
        {
            Reopen(options);
            options.FillsSoon();
        });
        await site.MoreDeliveriesAsync(100, _soon);
        for (var round = 0; round < 4; round++)
        {
            await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 60 });
            await site.MoreEventsAsync(600, _soon);
        }

        var handshakes = site.Handshakes;
        await site.FaultAsync(new SimulatorFault { Kind = "refuse", Seconds = 4, Abort = true });
        await site.RecoversAsync(handshakes, TimeSpan.FromSeconds(40));
        await site.KillAsync();
        await site.MoreEventsAsync(1_000, _soon);
        await site.StartTielineAsync();
        await site.IsSubscribedAsync(_soon);
        await site.FaultAsync(new SimulatorFault { Kind = "duplicate", Count = 100 });
        await site.MoreEventsAsync(1_000, _soon);
        var account = await site.FilledAsync(TimeSpan.FromSeconds(90));
        account.Missing.ShouldBeEmpty(account.ToString());
        account.Strangers.ShouldBeEmpty(account.ToString());
        account.TwoBodies.ShouldBeEmpty(account.ToString());
        account.OutOfOrder.ShouldBeEmpty(account.ToString());
        account.Recovered.ShouldBeGreaterThan(50, account.ToString());
        ShouldHaveEndsOfReopened(account.Requests);
        site.ShouldHaveAcceptedEachOnce();
        Say($"{account}");
    }

    [Fact]
    public async Task Notifications_with_the_process_killed_deliver_every_end_once()
    {
        await using var site = await Facts.StartAsync(Reopen);
        await site.MoreDeliveriesAsync(200, _soon);
        for (var round = 0; round < 2; round++)
        {
            await site.KillAsync();
            await site.MoreEventsAsync(600, _soon);
            await site.StartTielineAsync();
            await site.MoreDeliveriesAsync(200, _soon);
        }

        site.Genesys.Stop();
        await site.HasAllAsync();
        site.ShouldHaveAcceptedEachOnce();
        ShouldHaveEndsOfReopened(site.Crm.Requests());
        site.Crm.Requests().Count(Facts.IsFetched).ShouldBeGreaterThan(0);
    }

    private static void Reopen(SiteOptions options)
    {
        options.Genesys.OpenConversations = 60;
        options.Genesys.Reopen = 0.5;
        options.Genesys.ReopenAfter = TimeSpan.FromSeconds(4);
    }

    /// <summary>There were such conversations, and no id stands for two ends.</summary>
    private static void ShouldHaveEndsOfReopened(IReadOnlyList<CrmRequest> requests)
    {
        var ends = requests.Where(request => request.Processed).Select(request => (request.Id, request.ConversationId, Body: System.Text.Json.JsonDocument.Parse(request.Body).RootElement))
            .Where(one => EventKinds.IsTerminal(one.Body.GetProperty("type").GetString()!, one.Body.GetProperty("state").GetString()))
            .Select(one => (one.Id, one.ConversationId, At: one.Body.GetProperty("timestamp").GetString())).Distinct().ToList();
        ends.Select(end => end.Id).ShouldBeUnique();
        ends.GroupBy(end => end.ConversationId).Count(group => group.Skip(1).Any()).ShouldBeGreaterThan(20);
    }
}
