using System.Collections.Concurrent;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>What the CRM may answer, and what follows.</summary>
[Trait("Guarantee", "G1")]
[Trait("Guarantee", "G4")]
public sealed class DeliveryTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(429, false)]
    [InlineData(429, true)]
    [InlineData(503, false)]
    public async Task Retry_After_is_kept_to_the_second_for_the_whole_destination(int status, bool asDate)
    {
        const int Seconds = 3;
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        var from = site.Crm.Requests().Count;
        site.Crm.Answer(new CrmFault { Status = status, RetryAfter = Seconds, RetryAfterAsDate = asDate });
        await Eventually.TrueAsync(() => Bursts(site, from).Count >= 3, _soon, () => $"it was tried three times: {string.Join(", ", Bursts(site, from))}");
        site.Crm.Answer(new CrmFault { Clear = true });
        await site.MoreDeliveriesAsync(20, _soon);

        var bursts = Bursts(site, from);
        for (var burst = 1; burst < 3; burst++)
        {
            // A date has whole seconds, so it may be up to one earlier than the seconds would be.
            var kept = bursts[burst].First - bursts[burst - 1].First;
            kept.ShouldBeGreaterThan(TimeSpan.FromSeconds(asDate ? Seconds - 1 : Seconds) - TimeSpan.FromMilliseconds(50), string.Join(", ", bursts));
            (bursts[burst - 1].Last - bursts[burst - 1].First).ShouldBeLessThan(TimeSpan.FromSeconds(1), "what was in flight when the first answer came may still arrive, nothing else");
        }

        var account = await site.SettleAsync(_soon);
        account.ShouldBeUndisturbed();
        account.DeadLettered.ShouldBe(0);
        Say($"{status}, Retry-After {Seconds}{(asDate ? " as a date" : "")}: {string.Join(", ", bursts.Take(3))}");
    }

    [Fact]
    [Trait("Guarantee", "G5")]
    public async Task A_crm_that_fails_one_time_in_ten_gets_everything_in_order_and_once()
    {
        var seed = Seed.Next();
        var random = new Random(seed);
        var gate = new Lock();
        await using var site = await Site.StartAsync(options => options.Crm.Decide = _ =>
        {
            lock (gate)
                return random.Next(10) == 0 ? new CrmAnswer { Status = 503 } : null;
        });
        await site.MoreEventsAsync(2_000, _soon);
        var account = await site.SettleAsync(TimeSpan.FromSeconds(60));
        account.ShouldBeUndisturbed();
        account.DeadLettered.ShouldBe(0);
        account.Requests.Count(request => request.Status == 503).ShouldBeGreaterThan(10, $"seed {seed}");
    }

    [Fact]
    [Trait("Guarantee", "G5")]
    public async Task An_answer_that_is_never_seen_is_asked_for_again_under_the_same_id()
    {
        const int Unseen = 5;
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        site.Crm.Answer(new CrmFault { Close = "processed", Count = Unseen });
        await site.MoreEventsAsync(300, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldBalance();
        account.InGaps.ShouldBeEmpty();
        account.SecondCopies.Count.ShouldBe(Unseen, account.ToString());
    }

    [Fact]
    public async Task An_event_that_the_crm_refuses_is_a_dead_letter_and_the_next_of_its_conversation_goes_on()
    {
        var refused = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        await using var site = await Site.StartAsync(options => options.Crm.Decide = request =>
            refused.Count < 3 && refused.TryAdd(request.ConversationId!, request.Id!) || refused.GetValueOrDefault(request.ConversationId!) == request.Id ? new CrmAnswer { Status = 400 } : null);
        await site.MoreEventsAsync(1_000, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldBeUndisturbed();
        account.DeadLettered.ShouldBe(3);
        account.Requests.Count(request => request.Status == 400).ShouldBe(3, "tried once each");
        site.AuditLines("dead-lettered").Select(line => line.Entry.Id!).Order().ShouldBe(refused.Values.Order());
        site.AuditLines("dead-lettered").ShouldAllBe(line => (int)line.Detail!["status"]! == 400);
        account.Requests.Count(request => request.Processed && refused.ContainsKey(request.ConversationId!)).ShouldBeGreaterThan(0, "the conversations went on");
        (await site.MetricsAsync())["deadLetters"].ShouldBe(3);
        (await site.PrometheusAsync()).Sum("tieline_delivery_dead_letters_total").ShouldBe(3);
    }

    [Fact]
    [Trait("Guarantee", "G6")]
    public async Task A_crm_that_answers_401_is_paused_named_by_readiness_and_burns_no_event()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        site.Crm.Answer(new CrmFault { Status = 401 });
        var text = await site.UnreadyAsync("destination 'crm' answers 401", _soon);
        text.ShouldContain("URL and credentials");
        site.Log.ShouldContain(line => line.Name == "DestinationClosed" && line.Level == "Warning");

        var requests = site.Crm.Status.Requests;
        await site.MoreEventsAsync(1_000, _soon);
        site.Crm.Status.Requests.ShouldBe(requests, "it is paused");
        site.Crm.Answer(new CrmFault { Clear = true });
        var after = await site.MoreDeliveriesAsync(20, TimeSpan.FromSeconds(75));
        (await site.ReadyAsync()).Status.ShouldBe(200);
        var account = await site.SettleAsync(_soon);
        account.ShouldBeUndisturbed();
        account.DeadLettered.ShouldBe(0);
        Say($"401: delivering {after.TotalSeconds:F1} s after it was put right (probed once a minute)");
    }

    /// <summary>Requests that were turned away, put together where less than a second and a half lies between them.</summary>
    private static List<(DateTimeOffset First, DateTimeOffset Last, int Count)> Bursts(Site site, int from)
    {
        var bursts = new List<(DateTimeOffset First, DateTimeOffset Last, int Count)>();
        foreach (var request in site.Crm.Requests(from).Where(request => request.Status >= 400))
        {
            if (bursts.Count > 0 && request.ArrivedAt - bursts[^1].Last < TimeSpan.FromSeconds(1.5))
                bursts[^1] = (bursts[^1].First, request.ArrivedAt, bursts[^1].Count + 1);
            else
                bursts.Add((request.ArrivedAt, request.ArrivedAt, 1));
        }

        return bursts;
    }
}
