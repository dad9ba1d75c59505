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
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(1);

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

    /// <summary>An instance that is asleep, a login page, a gateway: all of them say 200.</summary>
    [Fact]
    public async Task A_page_for_people_is_no_delivery()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        site.Crm.Answer(new CrmFault { Status = 200, Body = "<!DOCTYPE html><html><body>Please log in</body></html>", ContentType = "text/html; charset=utf-8", Processed = false });
        await Eventually.TrueAsync(async () => (await site.RunAsync("status")).Output.Contains("answers 200 with an HTML page", StringComparison.Ordinal), _soon, () => $"the status says what comes in place of an answer.\n{site.Process.Tail()}");
        site.Crm.Answer(new CrmFault { Clear = true });
        await site.MoreDeliveriesAsync(20, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldBeUndisturbed();
        account.DeadLettered.ShouldBe(0);
        account.Requests.Count(request => request is { Status: 200, Processed: false }).ShouldBeGreaterThan(0);
    }

    /// <summary>The first copy hangs past the time-out and comes to nothing; the CRM says of the second that the first is still worked on.</summary>
    [Fact]
    public async Task What_a_crm_is_still_working_on_is_asked_for_again_when_it_says()
    {
        var account = await AnsweredAsync(nth => nth switch { 0 => new CrmAnswer { Hang = true }, 1 => new CrmAnswer { Status = 409, RetryAfter = 2 }, _ => null });
        account.ShouldBeUndisturbed();
        foreach (var copies in CopiesOf(account))
        {
            copies.Select(copy => copy.Status).ShouldBe([0, 409, 200]);
            (copies[2].ArrivedAt - copies[1].ArrivedAt).ShouldBeGreaterThan(TimeSpan.FromSeconds(2) - TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>The answer to the first copy is lost. A unique index answers the second 409; so would a CRM whose first copy is still to fail.</summary>
    [Fact]
    public async Task What_a_crm_has_already_after_an_answer_that_was_not_seen_is_asked_for_once_more_and_then_delivered()
    {
        var account = await AnsweredAsync(nth => nth == 0 ? new CrmAnswer { Close = "processed" } : new CrmAnswer { Status = 409 });
        account.ShouldBeUndisturbed();
        foreach (var copies in CopiesOf(account))
        {
            copies.Select(copy => copy.Status).ShouldBe([0, 409, 409]);
            (copies[2].ArrivedAt - copies[1].ArrivedAt).ShouldBeGreaterThan(_timeout - TimeSpan.FromMilliseconds(50));
        }
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

    /// <summary>Three events of different conversations get these answers, by how many copies came before; everything else is taken.</summary>
    private static async Task<Account> AnsweredAsync(Func<int, CrmAnswer?> answer)
    {
        var gate = new Lock();
        var chosen = new Dictionary<string, string>(StringComparer.Ordinal);
        var copies = new Dictionary<string, int>(StringComparer.Ordinal);
        await using var site = await Site.StartAsync(options =>
        {
            options.Settings.Add($"Destinations:0:Timeout={_timeout}");
            options.Settings.Add($"Destinations:0:ConnectTimeout={_timeout}");
            options.Crm.Decide = request =>
            {
                lock (gate)
                {
                    if (chosen.Count < 3)
                        chosen.TryAdd(request.ConversationId!, request.Id!);
                    if (chosen.GetValueOrDefault(request.ConversationId!) != request.Id)
                        return null;
                    var before = copies.GetValueOrDefault(request.Id!);
                    copies[request.Id!] = before + 1;
                    return answer(before);
                }
            };
        });
        await site.MoreEventsAsync(1_000, _soon);
        var account = await site.SettleAsync(_soon);
        account.DeadLettered.ShouldBe(0);
        copies.Count.ShouldBe(3);
        return account;
    }

    private static List<List<CrmRequest>> CopiesOf(Account account) => [.. account.Requests.GroupBy(request => request.Id).Where(copies => copies.Any(copy => copy.Status != 200)).Select(copies => copies.ToList())];

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
