using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

/// <summary>A socket over which nothing comes: a second one is opened beside it, and whichever speaks is kept.</summary>
public sealed class SilentSocketTests
{
    private static readonly TimeSpan _overdue = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_second_socket_that_speaks_takes_over_at_once_from_one_that_is_silent()
    {
        await using var rig = await StreamRig.StartAsync(g => g.IsDeaf = true);
        var (_, next) = await FallSilentAsync(rig);
        rig.Status.State.ShouldBe(SourceState.Silent);
        rig.Logs.Count(1090).ShouldBe(1);
        await next.SendAsync(9);
        await rig.Sink.ShouldGetAsync("connected", "9"); // without a wait; not "taken over": 4 to 8 may have gone with the old one
        rig.Status.Current.ShouldBe(new SourceStatus.Snapshot(SourceState.Connected, null, Frames.ReceivedAt));
        rig.Specification.ReconnectionCount.ShouldBe(1);
        rig.Genesys.TokensGranted.ShouldBe(1);
        rig.Logs.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_socket_that_goes_on_with_the_next_number_takes_over_without_a_break()
    {
        await using var rig = await StreamRig.StartAsync(g => g.IsDeaf = true);
        var (_, next) = await FallSilentAsync(rig);
        await next.SendAsync(4);
        await rig.Sink.ShouldGetAsync("taken over", "4");
    }

    [Fact]
    public async Task A_heartbeat_over_the_second_socket_is_enough()
    {
        await using var rig = await StreamRig.StartAsync(g => g.IsDeaf = true);
        var (_, next) = await FallSilentAsync(rig);
        await next.SendAsync(Frames.Utf8("""{"messageType":"heartbeat"}"""));
        await rig.Sink.ShouldGetAsync("connected", "Control");
    }

    [Fact]
    public async Task The_first_socket_is_kept_if_it_speaks_before_the_second_does()
    {
        await using var rig = await StreamRig.StartAsync();
        var (old, next) = await FallSilentAsync(rig);
        await old.SendAsync(4);
        (await next.ClosedAsync()).ShouldBe(1000);
        await old.SendAsync(5);
        await rig.Sink.ShouldGetAsync("4", "5");
        await Patience.UntilAsync(() => rig.Logs.Count(1091) == 1);
        rig.Status.State.ShouldBe(SourceState.Connected);
        rig.Specification.ReconnectionCount.ShouldBe(0);

        await rig.Clock.PassAsync(_overdue); // and again
        var third = await rig.Genesys.NextSocketAsync();
        await third.SendAsync(6);
        await rig.Sink.ShouldGetAsync("taken over", "6");
        rig.Specification.ReconnectionCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_second_socket_that_is_refused_is_tried_again_and_the_refusal_is_no_sign_of_life()
    {
        await using var rig = await StreamRig.StartAsync(g => g.IsDeaf = true);
        await StartAsync(rig);
        rig.Genesys.HandshakeAnswers.Enqueue((503, null));
        rig.Clock.Advance(_overdue);
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(2.5));
        rig.Status.State.ShouldBe(SourceState.Silent);
        rig.Status.Problem.ShouldBe("No answer from Genesys for 15 s; the connection is replaced after 45 s at the latest");
        rig.Clock.Advance(TimeSpan.FromSeconds(2.5));
        var next = await rig.Genesys.NextSocketAsync();
        await next.SendAsync(4);
        await rig.Sink.ShouldGetAsync("taken over", "4");
    }

    [Fact]
    public async Task Where_both_stay_quiet_the_second_goes_on_when_the_first_ends()
    {
        await using var rig = await StreamRig.StartAsync();
        var (old, next) = await FallSilentAsync(rig);
        old.Abort();
        await rig.Sink.ShouldGetAsync("connected");
        await next.SendAsync(4);
        await rig.Sink.ShouldGetAsync("4");
    }

    [Fact]
    public async Task A_sink_that_takes_its_time_opens_no_second_socket()
    {
        await using var rig = await StreamRig.StartAsync();
        var old = await StartAsync(rig);
        var held = new TaskCompletionSource();
        rig.Sink.Hold = held.Task;
        await old.SendAsync(4);
        await rig.Sink.ShouldGetAsync("4");
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        rig.Sink.Hold = Task.CompletedTask;
        held.SetResult();
        await old.SendAsync(5);
        await rig.Sink.ShouldGetAsync("5");
        rig.Logs.Count(1090).ShouldBe(0);
    }

    [Fact]
    public async Task Stopping_in_between_closes_both()
    {
        await using var rig = await StreamRig.StartAsync();
        var (old, next) = await FallSilentAsync(rig);
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
        await rig.Clock.WaitsForAsync(_overdue);
        return old;
    }

    private static async Task<(FakeSocket Old, FakeSocket Next)> FallSilentAsync(StreamRig rig)
    {
        var old = await StartAsync(rig);
        rig.Clock.Advance(_overdue);
        return (old, await rig.Genesys.NextSocketAsync());
    }
}
