using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

/// <summary>Tokens live for 600 s and are renewed after 540.</summary>
public sealed class SocketSuccessionTests
{
    private static readonly TimeSpan _renewal = TimeSpan.FromSeconds(540);
    private static readonly TimeSpan _catchUp = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task The_new_socket_takes_over_once_it_has_spoken_and_the_old_has_caught_up()
    {
        await using var rig = await StreamRig.StartAsync(g => g.ExpiresIn = 600);
        var (old, next) = await RenewAsync(rig);
        await next.SendAsync(5); // the old one has 3: 4 is still to come
        await rig.Clock.WaitsForAsync(_catchUp);
        await old.SendAsync(4);
        (await old.ClosedAsync()).ShouldBe(1000);
        await next.SendAsync(6);
        await rig.Sink.ShouldGetAsync("4", "taken over", "5", "6");
        next.Authorization.ShouldBe("Bearer token-2");
        rig.Specification.ReconnectionCount.ShouldBe(0);
        rig.Specification.IsConnected.ShouldBeTrue();
        rig.Logs.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_new_socket_takes_over_at_once_if_nothing_is_missing_and_the_old_is_idle()
    {
        await using var rig = await StreamRig.StartAsync(g => g.ExpiresIn = 600);
        var (old, next) = await RenewAsync(rig);
        await next.SendAsync(Frames.Utf8("""{"messageType":"heartbeat"}"""));
        await next.SendAsync(4);
        (await old.ClosedAsync()).ShouldBe(1000);
        await rig.Sink.ShouldGetAsync("taken over", "4");
    }

    [Fact]
    public async Task An_old_socket_that_does_not_catch_up_is_closed_after_five_seconds()
    {
        await using var rig = await StreamRig.StartAsync(g => g.ExpiresIn = 600);
        var (old, next) = await RenewAsync(rig);
        await next.SendAsync(9);
        await rig.Clock.PassAsync(_catchUp);
        (await old.ClosedAsync()).ShouldBe(1000);
        await rig.Sink.ShouldGetAsync("taken over", "9");
    }

    [Fact]
    public async Task Both_are_kept_while_the_stream_is_idle_until_the_old_one_dies()
    {
        await using var rig = await StreamRig.StartAsync(g => g.ExpiresIn = 600);
        var (old, next) = await RenewAsync(rig);
        await old.CloseAsync(4001);
        await rig.Sink.ShouldGetAsync("connected"); // not "taken over": it has not spoken, so nobody knows whether it was subscribed
        await next.SendAsync(4);
        await rig.Sink.ShouldGetAsync("4");
        rig.Specification.ReconnectionCount.ShouldBe(0);
        rig.Genesys.TokensGranted.ShouldBe(2);
    }

    [Fact]
    public async Task A_renewal_that_fails_is_repeated_while_the_old_socket_goes_on()
    {
        await using var rig = await StreamRig.StartAsync(g => g.ExpiresIn = 600);
        var old = await StartAsync(rig);
        rig.Genesys.TokenAnswers.Enqueue(503);
        rig.Genesys.HandshakeAnswers.Enqueue((503, null));
        rig.Clock.Advance(_renewal);
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(2.5));
        await old.SendAsync(4);
        await rig.Sink.ShouldGetAsync("4");
        rig.Status.State.ShouldBe(SourceState.Connected);
        rig.Status.Problem!.ShouldContain("503");
        rig.Clock.Advance(TimeSpan.FromSeconds(2.5));
        await rig.Clock.PassAsync(TimeSpan.FromSeconds(4.5));
        var next = await rig.Genesys.NextSocketAsync();
        await next.SendAsync(5);
        await rig.Sink.ShouldGetAsync("taken over", "5");
        rig.Status.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task A_new_socket_that_dies_before_it_is_needed_is_opened_again()
    {
        await using var rig = await StreamRig.StartAsync(g => g.ExpiresIn = 600);
        var (old, next) = await RenewAsync(rig);
        next.Abort();
        await rig.Clock.PassAsync(TimeSpan.FromSeconds(2.5));
        var another = await rig.Genesys.NextSocketAsync();
        await old.SendAsync(4);
        await another.SendAsync(4);
        (await old.ClosedAsync()).ShouldBe(1000);
        await rig.Sink.ShouldGetAsync("4", "taken over", "4");
    }

    [Fact]
    public async Task A_socket_that_took_over_is_replaced_in_its_turn()
    {
        await using var rig = await StreamRig.StartAsync(g => g.ExpiresIn = 600);
        var (_, second) = await RenewAsync(rig);
        await second.SendAsync(4);
        await rig.Sink.ShouldGetAsync("taken over", "4");
        await rig.Clock.PassAsync(_renewal);
        var third = await rig.Genesys.NextSocketAsync();
        third.Authorization.ShouldBe("Bearer token-3");
        await third.SendAsync(5);
        (await second.ClosedAsync()).ShouldBe(1000);
        await rig.Sink.ShouldGetAsync("taken over", "5");
    }

    [Fact]
    public async Task When_the_token_of_a_socket_that_took_over_expires_that_token_is_dropped()
    {
        await using var rig = await StreamRig.StartAsync(g => g.ExpiresIn = 600);
        var (_, second) = await RenewAsync(rig);
        await second.SendAsync(4);
        await second.CloseAsync(4001);
        await rig.Sink.ShouldGetAsync("taken over", "4", "disconnected");
        (await rig.Genesys.NextSocketAsync()).Authorization.ShouldBe("Bearer token-3");
        rig.Specification.ReconnectionCount.ShouldBe(1);
    }

    [Fact]
    public async Task Stopping_in_between_closes_both()
    {
        await using var rig = await StreamRig.StartAsync(g => g.ExpiresIn = 600);
        var (old, next) = await RenewAsync(rig);
        await next.SendAsync(9);
        await rig.Clock.WaitsForAsync(_catchUp);
        await rig.StopAsync();
        (await old.ClosedAsync()).ShouldBe(1000);
        (await next.ClosedAsync()).ShouldBe(1000);
        await rig.Running.WaitAsync(Patience.Bound, TestContext.Current.CancellationToken);
        await rig.Sink.ShouldGetAsync("disconnected");
    }

    private static async Task<FakeSocket> StartAsync(StreamRig rig)
    {
        var old = await rig.Genesys.NextSocketAsync();
        for (var sequence = 1; sequence <= 3; sequence++)
            await old.SendAsync(sequence);
        await rig.Sink.ShouldGetAsync("connected", "1", "2", "3");
        await rig.Clock.WaitsForAsync(_renewal);
        return old;
    }

    private static async Task<(FakeSocket Old, FakeSocket Next)> RenewAsync(StreamRig rig)
    {
        var old = await StartAsync(rig);
        rig.Clock.Advance(_renewal);
        return (old, await rig.Genesys.NextSocketAsync());
    }
}
