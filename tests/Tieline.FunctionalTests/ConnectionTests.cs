using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>Whatever ends the connection or keeps it from being made: it is made again, and what could not be sent meanwhile is listed, no more and no less.</summary>
[Trait("Guarantee", "G1")]
[Trait("Guarantee", "G2")]
public sealed class ConnectionTests
{
    private const string NoAnswer = "No answer from Genesys for";

    private static readonly TimeSpan _deliversAgainWithin = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan _heardAgainWithin = TimeSpan.FromSeconds(18);
    private static readonly TimeSpan _noticedWithin = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan _toldWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _settlesWithin = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(4001)]
    [InlineData(1001)]
    [InlineData(1000)]
    [InlineData(1011)]
    public async Task A_socket_that_genesys_closes_is_opened_again_and_the_gap_is_what_was_not_sent(int code)
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _settlesWithin);
        await EndsAndRecoversAsync(site, new SimulatorFault { Kind = "close", Code = code }, $"{code}");
        var account = await site.SettleAsync(_settlesWithin);
        account.ShouldHaveExactGaps();
        Say($"{account}");
    }

    [Fact]
    public async Task A_revoked_token_is_replaced_at_once()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _settlesWithin);
        var after = await EndsAndRecoversAsync(site, new SimulatorFault { Kind = "revoke" }, "4001");
        after.ShouldBeLessThan(TimeSpan.FromSeconds(10), "4001 asks for a new token, not for a back-off");
        site.Genesys.Status.TokensIssued.ShouldBe(2);
        (await site.SettleAsync(_settlesWithin)).ShouldHaveExactGaps();
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_made_again_and_what_had_been_written_is_still_read()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _settlesWithin);
        await EndsAndRecoversAsync(site, new SimulatorFault { Kind = "abort" }, "1006");
        (await site.SettleAsync(_settlesWithin)).ShouldHaveExactGaps();
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_made_again_and_what_the_reset_cost_is_listed()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _settlesWithin);
        await EndsAndRecoversAsync(site, new SimulatorFault { Kind = "abort", Reset = true }, "1006");
        (await site.SettleAsync(_settlesWithin)).ShouldBalance();
    }

    [Fact]
    [Trait("Guarantee", "G6")]
    public async Task A_socket_that_falls_silent_is_replaced_within_eighteen_seconds()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _settlesWithin);
        var handshakes = site.Handshakes;
        await site.FaultAsync(new SimulatorFault { Kind = "silence" });
        var heard = await Eventually.TrueAsync(() => site.Handshakes > handshakes && site.Genesys.Status.Subscribed > 0, _heardAgainWithin, () => $"a second socket is open.\n{site.Process.Tail()}");
        var recovered = await site.RecoversAsync(handshakes, _deliversAgainWithin);
        site.Log.ShouldContain(line => line.Name == "StreamSilent" && line.Level == "Warning");
        await IsToldAsync(site, "1006");
        var account = await site.SettleAsync(_settlesWithin);
        account.ShouldHaveExactGaps();
        account.InGaps.Count.ShouldBeGreaterThan(1_000);
        Say($"a second socket after {heard.TotalSeconds:F1} s, delivering again {recovered.TotalSeconds:F1} s later; {account}");
    }

    [Fact]
    [Trait("Guarantee", "G6")]
    public async Task A_socket_that_falls_silent_is_told_of_long_before_it_is_dropped_and_a_quiet_one_is_not()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _settlesWithin);
        site.Genesys.Stop();
        var (pongs, longest) = (0, 0d);
        await Eventually.TrueAsync(
            async () =>
            {
                (await site.ReadyAsync()).Text.ShouldNotContain(NoAnswer);
                var silence = (await site.PrometheusAsync()).Sum("tieline_source_silence_seconds");
                (pongs, longest) = silence < longest - 5 ? (pongs + 1, silence) : (pongs, Math.Max(longest, silence));
                return pongs == 2;
            },
            _settlesWithin,
            () => $"a quiet stream's pings are answered, {pongs} were.\n{site.Process.Tail()}");

        site.Genesys.SetRate(500);
        await site.MoreDeliveriesAsync(20, _settlesWithin);
        var handshakes = site.Handshakes;
        await site.FaultAsync(new SimulatorFault { Kind = "handshake", Status = 503 }); // no second socket
        await site.FaultAsync(new SimulatorFault { Kind = "silence" });
        var told = await Eventually.TrueAsync(async () => (await site.ReadyAsync()) is (200, var text) && text.Contains(NoAnswer, StringComparison.Ordinal), _toldWithin, () => $"/health/ready tells of it.\n{site.Process.Tail()}");
        var status = await site.RunAsync("status");
        status.Output.ShouldStartWith(NoAnswer);
        status.Output.ShouldMatch(@"Attention\n(.*\n)*  No answer from Genesys for");
        site.Handshakes.ShouldBe(handshakes, "told while the old connection stands");
        await Eventually.TrueAsync(async () => await ClosesAsync(site, "1006") == 1, _noticedWithin - told, () => $"the silent socket is dropped.\n{site.Process.Tail()}");
        await site.FaultAsync(new SimulatorFault { Kind = "clear" });
        await site.RecoversAsync(handshakes, _noticedWithin);
        (await site.ReadyAsync()).Text.ShouldNotContain(NoAnswer);
        (await site.SettleAsync(_settlesWithin)).ShouldHaveExactGaps();
        Say($"silence told after {told.TotalSeconds:F1} s");
    }

    [Fact]
    public async Task Genesys_that_refuses_connections_for_a_while_is_come_back_to()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _settlesWithin);
        var handshakes = site.Handshakes;
        await site.FaultAsync(new SimulatorFault { Kind = "refuse", Abort = true });
        await FailsAsync(site, 2);
        await site.FaultAsync(new SimulatorFault { Kind = "refuse", End = true });
        var after = await site.RecoversAsync(handshakes, _deliversAgainWithin);
        await IsToldAsync(site, "1006");
        var account = await site.SettleAsync(_settlesWithin);
        account.ShouldHaveExactGaps();
        account.InGaps.ShouldNotBeEmpty();
        Say($"delivering again {after.TotalSeconds:F1} s after the end of the refusal; {account}");
    }

    [Fact]
    public async Task Genesys_that_refuses_connections_at_the_start_is_waited_for()
    {
        await using var site = await Site.StartAsync(options => options.Start = false);
        await site.FaultAsync(new SimulatorFault { Kind = "refuse" });
        await site.StartTielineAsync();
        await FailsAsync(site, 2);
        (await site.MetricsAsync())["connectionUptime"].ShouldBe(0);
        (await site.AskAsync("/health/live")).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        site.Log.ShouldContain(line => line.Name == "StreamBackingOff" && line.Level == "Warning");
        await site.FaultAsync(new SimulatorFault { Kind = "refuse", End = true });
        var after = await site.RecoversAsync(0, _deliversAgainWithin);
        (await site.SettleAsync(_settlesWithin)).ShouldBeUndisturbed();
        Say($"delivering {after.TotalSeconds:F1} s after the end of the refusal");
    }

    [Theory]
    [InlineData("503", 2)]
    [InlineData("429", 2)]
    [InlineData("hang", 1)]
    public async Task A_token_endpoint_that_is_down_is_waited_for(string answer, int failures)
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _settlesWithin);
        var handshakes = site.Handshakes;
        await site.FaultAsync(new SimulatorFault { Kind = "token", Answer = answer });
        await site.FaultAsync(new SimulatorFault { Kind = "revoke" });
        await FailsAsync(site, failures);
        (await site.PrometheusAsync()).Sum("tieline_token_requests_total", "tieline_token_outcome", "unavailable").ShouldBeGreaterThanOrEqualTo(failures);
        await site.FaultAsync(new SimulatorFault { Kind = "clear" });
        var after = await site.RecoversAsync(handshakes, _deliversAgainWithin);
        await IsToldAsync(site, "4001");
        var account = await site.SettleAsync(_settlesWithin);
        account.ShouldHaveExactGaps();
        account.InGaps.ShouldNotBeEmpty();
        Say($"token endpoint {answer}: delivering again {after.TotalSeconds:F1} s after its end");
    }

    [Theory]
    [InlineData(401, 2)]
    [InlineData(403, 2)]
    [InlineData(503, 2)]
    public async Task A_handshake_that_is_refused_twice_is_tried_again_with_a_fresh_token(int status, int times)
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _settlesWithin);
        var handshakes = site.Handshakes;
        await site.FaultAsync(new SimulatorFault { Kind = "handshake", Status = status, Count = times });
        await site.FaultAsync(new SimulatorFault { Kind = "abort" });
        await FailsAsync(site, times);
        await site.RecoversAsync(handshakes, _deliversAgainWithin);
        (await site.PrometheusAsync()).Sum("tieline_source_connect_failures_total", "error_type", $"{status}").ShouldBe(times);
        site.Genesys.Status.TokensIssued.ShouldBe(status == 503 ? 1 : 1 + times);
        (await site.ReadyAsync()).Status.ShouldBe(200);
        (await site.SettleAsync(_settlesWithin)).ShouldHaveExactGaps();
    }

    [Fact]
    [Trait("Guarantee", "G6")]
    public async Task A_handshake_that_goes_on_being_refused_is_told_with_the_scopes_to_check_and_recovers_without_a_restart()
    {
        await using var site = await Site.StartAsync(options => options.Start = false);
        await site.FaultAsync(new SimulatorFault { Kind = "handshake", Status = 401 });
        await site.StartTielineAsync();
        var text = await site.UnreadyAsync("scopes", TimeSpan.FromSeconds(40));
        text.ShouldContain("analytics:conversation:view");
        text.ShouldContain("401");
        site.Log.ShouldContain(line => line.Name == "StreamRefused" && line.Level == "Error" && line.Message.Contains("analytics:conversation:view", StringComparison.Ordinal));
        await site.FaultAsync(new SimulatorFault { Kind = "clear" });
        var after = await site.RecoversAsync(0, TimeSpan.FromSeconds(75));
        (await site.ReadyAsync()).Status.ShouldBe(200);
        (await site.SettleAsync(_settlesWithin)).ShouldBeUndisturbed();
        Say($"refused handshakes: delivering {after.TotalSeconds:F1} s after the end (tried once a minute)");
    }

    /// <summary>The fault is over as soon as it is committed.</summary>
    private static async Task<TimeSpan> EndsAndRecoversAsync(Site site, SimulatorFault fault, string code)
    {
        var handshakes = site.Handshakes;
        await site.FaultAsync(fault);
        var after = await site.RecoversAsync(handshakes, _deliversAgainWithin);
        await IsToldAsync(site, code);
        Say($"{fault.Kind} {fault.Code}: delivering again after {after.TotalSeconds:F1} s");
        return after;
    }

    /// <summary>The one close so far is in metrics of both kinds and in the log, by its code.</summary>
    private static async Task IsToldAsync(Site site, string code)
    {
        (await ClosesAsync(site, code)).ShouldBe(1);
        (await site.PrometheusAsync()).Sum("tieline_source_closes_total").ShouldBe(1);
        (await site.MetricsAsync())["reconnectionCount"].ShouldBe(1);
        site.Log.ShouldContain(line => line.Name == "StreamLost" && line.Level == "Warning" && line.Message.Contains(code, StringComparison.Ordinal));
        site.Log.ShouldNotContain(line => line.Level == "Error" || line.Level == "Fatal");
    }

    private static async Task<double> ClosesAsync(Site site, string code) => (await site.PrometheusAsync()).Sum("tieline_source_closes_total", "tieline_close_code", code);

    private static Task<TimeSpan> FailsAsync(Site site, int times) => Eventually.TrueAsync(
        async () => (await site.PrometheusAsync()).Sum("tieline_source_connect_failures_total") >= times, TimeSpan.FromSeconds(40), () => $"{times} attempts to connect failed.\n{site.Process.Tail()}");
}
