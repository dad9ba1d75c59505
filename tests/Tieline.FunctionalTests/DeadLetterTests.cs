using System.Text.Json.Nodes;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>A CRM refuses what is of some conversations. What a person then decides happens once, in order, and stands in the audit log.</summary>
[Collection(Load.Name)]
[Trait("Guarantee", "G4")]
[Trait("Guarantee", "G5")]
public sealed class DeadLetterTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("Continue")]
    [InlineData("Hold")]
    public async Task Once_the_crm_is_mended_all_is_replayed_in_order_though_tieline_is_killed_in_the_middle(string mode)
    {
        var refuses = 1;
        await using var site = await Site.StartAsync(options =>
        {
            options.Settings.Add($"Destinations:0:OnDeadLetter={mode}");
            options.Crm.Decide = request => Volatile.Read(ref refuses) == 1 && IsRefused(request.ConversationId!) ? new CrmAnswer { Status = 422 } : null;
        });
        await site.MoreEventsAsync(1_500, _soon);
        site.Genesys.Stop();
        await Eventually.TrueAsync(async () => (await site.MetricsAsync())["waiting"] == 0, _soon, () => $"all is settled or set aside\n{site.Process.Tail()}");
        var all = site.Genesys.Ledger().Where(line => line is { Passes: true, Written: true }).ToList();
        var dead = JsonNode.Parse((await site.RunAsync("dead-letters", "list", "--each", "--json")).Output)!["deadLetters"]!.AsArray();
        dead.Count.ShouldBeGreaterThan(20);
        var groups = JsonNode.Parse((await site.RunAsync("dead-letters", "list", "--json")).Output)!["groups"]!.AsArray();
        groups.ShouldHaveSingleItem()!["count"]!.GetValue<int>().ShouldBe(dead.Count);
        var shown = await site.RunAsync("dead-letters", "show", dead[0]!["id"]!.GetValue<string>());
        shown.Output.ShouldContain("rejected  422", Case.Sensitive, shown.ToString());
        if (mode == "Hold")
            site.Crm.Requests().Where(request => IsRefused(request.ConversationId!)).GroupBy(request => request.ConversationId).ShouldAllBe(group => group.Count() == 1);

        Volatile.Write(ref refuses, 0);
        var before = site.Crm.Status.Processed;
        var replaying = site.RunAsync("dead-letters", "replay", "--yes", "--rate", "20");
        await Eventually.TrueAsync(() => site.Crm.Status.Processed >= before + 10, _soon, () => "the replay has begun");
        await site.KillAsync();
        var broken = await replaying;
        broken.ExitCode.ShouldNotBe(0, broken.ToString());

        await site.StartTielineAsync();
        await Eventually.TrueAsync(async () => (await site.ReadyAsync()).Status == 200, _soon, () => "it is ready, and its address written down");
        var again = await site.RunAsync("dead-letters", "replay", "--yes", "--rate", "500");
        again.ExitCode.ShouldBe(0, again.ToString());
        await Eventually.TrueAsync(() => Delivered(site).Count == all.Count, _soon, () => $"{Delivered(site).Count} of {all.Count} are delivered\n{site.Process.Tail()}");
        var left = await site.RunAsync("dead-letters", "list");
        left.Output.ShouldContain("No dead letter fits.", Case.Sensitive, left.ToString());
        await Eventually.TrueAsync(() => site.AuditLines("replayed").Count >= dead.Count, _soon, () => "the replays are in the audit log");
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        var verified = await site.RunAsync("audit", "verify");
        verified.ExitCode.ShouldBe(0, verified.ToString());

        // A second copy only where the kill took the answer.
        var copies = site.Crm.Requests().Where(request => request.Processed).GroupBy(request => request.Id!).Count(group => group.Count() > 1);
        copies.ShouldBeLessThanOrEqualTo(64);
        var order = all.Index().ToDictionary(one => one.Item.Id!, one => one.Index, StringComparer.Ordinal);
        Delivered(site).Values.ShouldAllBe(request => order.ContainsKey(request.Id!));
        foreach (var conversation in Delivered(site).Values.GroupBy(request => request.ConversationId!).Where(group => IsRefused(group.Key)))
        {
            var came = conversation.OrderBy(request => request.Index).Select(request => order[request.Id!]).ToList();
            came.SequenceEqual(came.Order()).ShouldBeTrue($"{conversation.Key}, {mode}: {string.Join(',', came)}");
        }

        Say($"{mode}: {dead.Count} dead letters of {all.Count} events, {copies} copies after the kill");
    }

    private static bool IsRefused(string conversation) => conversation.Sum(letter => letter) % 5 == 0;

    /// <summary>By id, the first that was taken.</summary>
    private static Dictionary<string, CrmRequest> Delivered(Site site) =>
        site.Crm.Requests().Where(request => request is { Processed: true, Id: not null }).GroupBy(request => request.Id!, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
}
