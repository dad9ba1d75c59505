using Tieline.Delivery;
using Tieline.Journal;

namespace Tieline.Tests.Delivery;

public sealed class DispatcherPauseTests
{
    [Fact]
    public async Task Nothing_goes_to_a_paused_destination_also_after_a_restart_and_all_of_it_once_it_is_resumed()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        await rig.AppendAsync("a");
        rig.Start();
        await rig.SettledAsync(1);

        (await rig.Journal.PauseAsync(rig.Options.Name, "anna", "maintenance", rig.Limit)).ShouldBeTrue();
        (await rig.Journal.PauseAsync(rig.Options.Name, "bert", "again", rig.Limit)).ShouldBeFalse();
        await rig.AppendAsync("a", "b", "c");
        await StandsAsync(rig, GateState.Paused, waiting: 3);
        rig.Dispatcher.Status.Pause.ShouldNotBeNull().By.ShouldBe("anna");
        rig.Dispatcher.Status.Problem.ShouldNotBeNull().ShouldContain("paused by anna");
        rig.Dispatcher.Status.NextTry.ShouldBeNull();
        crm.Requests.Count.ShouldBe(1);

        await rig.RestartAsync();
        rig.Dispatcher.Status.State.ShouldBe(GateState.Paused);
        await rig.AppendAsync("d");
        await StandsAsync(rig, GateState.Paused, waiting: 4);
        crm.Requests.Count.ShouldBe(1);

        (await rig.Journal.ResumeAsync(rig.Options.Name, "anna", rig.Limit)).ShouldBeTrue();
        (await rig.Journal.ResumeAsync(rig.Options.Name, "anna", rig.Limit)).ShouldBeFalse();
        await rig.SettledAsync(5);
        await StandsAsync(rig, GateState.Open, waiting: 0);
        crm.Requests.Count.ShouldBe(5);
        rig.Journal.Read(reader => reader.ReadChanges(0, 10)).Select(change => $"{change.Action} {change.Destination} {change.Detail!.ToJsonString()}").ShouldBe(
            ["""resumed crm {"by":"anna"}""", """paused crm {"reason":"maintenance","by":"anna"}"""]);
    }

    [Fact]
    public async Task Time_that_is_paused_does_not_count_towards_giving_up_and_no_probe_goes_out()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Retry = new RetryOptions { GiveUpAfter = TimeSpan.FromSeconds(5) };
        crm.AnswerWith(503, 503);
        await rig.AppendAsync("a");
        rig.Start();
        await rig.WaitsAsync(1.5);
        await rig.Journal.PauseAsync(rig.Options.Name, "anna", "maintenance", rig.Limit);
        await StandsAsync(rig, GateState.Paused, waiting: 1);
        for (var hour = 0; hour < 3; hour++)
        {
            rig.Advance(3600);
            await rig.AppendAsync("b"); // the dispatcher has had its turn once it knows of it
            await StandsAsync(rig, GateState.Paused, waiting: 2 + hour);
        }

        crm.Requests.Count.ShouldBe(1);
        await rig.Journal.ResumeAsync(rig.Options.Name, "anna", rig.Limit);
        await rig.CountsAsync("SELECT attempts FROM retry", 2); // the second 503: it is tried again, not given up
        rig.Count("SELECT waited_ms FROM retry").ShouldBe(4_000);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
        rig.Advance(2.5);
        await rig.SettledAsync(4);
        rig.Count("SELECT count(*) FROM delivery WHERE outcome = 'delivered'").ShouldBe(4);
    }

    /// <summary>Waits until the dispatcher says so, with nothing in flight and, once all is read, nothing to do.</summary>
    private static async Task StandsAsync(DeliveryRig rig, GateState state, long waiting)
    {
        while (rig.Dispatcher.Status is var status && (status.State != state || status.Waiting != waiting || status.InFlight > 0))
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
    }
}
