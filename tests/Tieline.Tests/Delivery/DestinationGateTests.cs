using System.Collections.Immutable;
using CsCheck;
using Tieline.Delivery;
using Tieline.Diagnostics;

namespace Tieline.Tests.Delivery;

public sealed class DestinationGateTests
{
    private static readonly MonotonicTime _t = new(TimeSpan.FromHours(1));
    private static readonly DeliveryOutcome _ok = new DeliveryOutcome.Accepted(200);
    private static readonly DeliveryOutcome _refused = new DeliveryOutcome.BackOff(BackOffReason.ConnectFailed, null, null);
    private static readonly DeliveryOutcome _failed = new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, 500, null);
    private static readonly DeliveryOutcome _unauthorized = new DeliveryOutcome.BackOff(BackOffReason.Misconfigured, 401, null);

    [Fact]
    public void Failures_in_a_row_of_several_conversations_mean_down_however_far_apart()
    {
        var gate = new DestinationGate(32);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            gate.State.ShouldBe(GateState.Open);
            gate.End(_failed, $"c{attempt % 2}", wasProbe: false, At(300 * attempt));
        }

        gate.State.ShouldBe(GateState.Down);
    }

    [Fact]
    public void Failures_in_a_row_of_one_conversation_say_nothing_of_the_destination()
    {
        var gate = new DestinationGate(32);
        for (var attempt = 0; attempt < 9; attempt++)
            gate.End(_failed, "c1", wasProbe: false, At(300 * attempt));

        gate.State.ShouldBe(GateState.Open);
    }

    [Fact]
    public void Allows_WhenNew_IsOpenAtFullConcurrency()
    {
        var gate = new DestinationGate(32);
        (gate.State, gate.Allows(0, _t), gate.Allows(30, _t)).ShouldBe((GateState.Open, 32, 2));
    }

    [Fact]
    public void Hold_OneConversationAmongOthersThatSucceed_HoldsNobodyElse()
    {
        var gate = new DestinationGate(32);
        for (var second = 0; second < 100; second++)
        {
            gate.End(Hold(60), "poisoned", wasProbe: false, At(second)).ShouldBeFalse();
            (gate.State, gate.Level).ShouldBe((GateState.Open, 32));
            gate.End(_ok, wasProbe: false, At(second));
        }
    }

    [Fact]
    public void Hold_AnAnswerThatIsAboutAllRequests_NeedsNoSecond()
    {
        var gate = new DestinationGate(32);
        gate.End(Hold(30) with { IsAboutAll = true }, wasProbe: false, _t);
        (gate.State, gate.Until).ShouldBe((GateState.Held, At(30)));
    }

    [Fact]
    public void Hold_OneIsAskedForAnHourAndTheOthersForSeconds_IsAsLongAsTwoWereAskedFor()
    {
        var gate = new DestinationGate(32);
        gate.End(Hold(3_600), "poisoned", wasProbe: false, _t);
        foreach (var seconds in (int[])[2, 5, 3, 4])
            gate.End(Hold(seconds), wasProbe: false, _t);
        (gate.State, gate.Until).ShouldBe((GateState.Held, At(5)));
    }

    [Fact]
    public void Hold_AgainAfterOneThatIsOver_TakesTwo()
    {
        var gate = new DestinationGate(32);
        HoldBySeveral(gate, 10, _t);
        gate.Allows(0, At(10)).ShouldBeGreaterThan(1);
        gate.End(Hold(10), wasProbe: false, At(10));
        gate.State.ShouldBe(GateState.Open);
        gate.End(Hold(10), wasProbe: false, At(10));
        (gate.State, gate.Until).ShouldBe((GateState.Held, At(20)));
    }

    [Fact]
    public void Resume_WhatAnEarlierRunWasAskedFor_IsObeyed()
    {
        var gate = new DestinationGate(32);
        gate.Resume(At(30), _t);
        (gate.State, gate.Allows(0, At(29.999)), gate.AskedUntil).ShouldBe((GateState.Held, 0, At(30)));
        gate.Allows(0, At(30)).ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Allows_AfterSeveralWereAskedToWait_IsNothingUntilThatVeryMomentThenFullAtTheLoweredLevel()
    {
        var gate = new DestinationGate(32);
        for (var i = 0; i < 4; i++)
            Attempt(gate, Hold(30), _t);
        gate.State.ShouldBe(GateState.Open);
        Attempt(gate, Hold(30), _t);
        gate.State.ShouldBe(GateState.Held);
        gate.Allows(0, At(29.999)).ShouldBe(0);
        gate.Allows(0, At(30)).ShouldBe(16);
        gate.State.ShouldBe(GateState.Open);
    }

    [Fact]
    public void Hold_ALaterOne_Prolongs()
    {
        var gate = new DestinationGate(8);
        HoldBySeveral(gate, 30, _t);
        gate.End(Hold(20), wasProbe: false, At(5));
        gate.Allows(0, At(29.9)).ShouldBe(0);
        gate.End(Hold(20), wasProbe: false, At(25));
        gate.End(Hold(20), wasProbe: false, At(25));
        gate.Allows(0, At(44.9)).ShouldBe(0);
        gate.Allows(0, At(45)).ShouldBe(8);
    }

    [Fact]
    public void Hold_WhatWasInFlightFailsAsAWhole_StillNothingGoesBeforeTheHoldIsOver()
    {
        foreach (var outcome in (DeliveryOutcome[])[_failed, _refused, _unauthorized])
        {
            var gate = new DestinationGate(32);
            HoldBySeveral(gate, 120, _t);
            for (var i = 0; i < 31; i++)
                gate.End(outcome, wasProbe: false, At(1));
            gate.Allows(0, At(119.9)).ShouldBe(0, outcome.ToString());
            gate.Allows(0, At(120)).ShouldBeGreaterThan(0, outcome.ToString());
        }
    }

    [Fact]
    public void Hold_AskedForWhileDown_IsObeyedBeforeTheNextProbe()
    {
        var gate = Down(_t);
        var probe = Begin(gate, At(1));
        gate.End(Hold(60), wasProbe: false, At(1));
        gate.End(Hold(40), wasProbe: false, At(1));
        gate.End(_failed, probe, At(2));
        gate.Allows(0, At(40.9)).ShouldBe(0);
        gate.Allows(0, At(41)).ShouldBe(1);
    }

    [Fact]
    public void Hold_AskedForWhileTheProbeSucceeds_HoldsAfterwards()
    {
        var gate = Down(_t);
        var probe = Begin(gate, At(1));
        gate.End(Hold(60), wasProbe: false, At(1));
        gate.End(Hold(40), wasProbe: false, At(1));
        gate.End(_ok, probe, At(2)).ShouldBeTrue();
        gate.Allows(0, At(40.9)).ShouldBe(0);
        gate.Allows(0, At(41)).ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Down_AtTheFifthRefusedConnectionInARow_NotBefore()
    {
        var gate = new DestinationGate(32);
        for (var i = 0; i < 4; i++)
            Attempt(gate, _refused, _t);
        gate.State.ShouldBe(GateState.Open);
        Attempt(gate, _ok, _t);
        for (var i = 0; i < 4; i++)
            Attempt(gate, _refused, _t);
        gate.State.ShouldBe(GateState.Open);
        Attempt(gate, _refused, _t);
        gate.State.ShouldBe(GateState.Down);
    }

    [Theory]
    [InlineData(5, 4, false)]
    [InlineData(5, 5, true)]
    [InlineData(5, 6, false)]
    [InlineData(100, 100, true)]
    [InlineData(49, 51, false)]
    public void Down_AtHalfOfTenOrMoreAttempts_NotBelow(int failures, int successes, bool down)
    {
        var gate = new DestinationGate(32);
        for (var i = failures; i < successes; i++)
            gate.End(_ok, wasProbe: false, _t);
        for (var i = 0; i < failures; i++)
        {
            if (i < successes)
                gate.End(_ok, wasProbe: false, _t);
            gate.End(_failed, wasProbe: false, _t);
        }

        gate.State.ShouldBe(down ? GateState.Down : GateState.Open);
    }

    [Fact]
    public void Down_HalfOfTenAttemptsThatAreAllOneConversations_SaysNothingOfTheDestination()
    {
        var gate = new DestinationGate(32);
        for (var i = 0; i < 20; i++)
            gate.End(i % 2 == 0 ? _ok : _failed, i % 2 == 0 ? $"c{i}" : "poisoned", wasProbe: false, _t);
        gate.State.ShouldBe(GateState.Open);
    }

    [Fact]
    public void Down_FailuresOverAMinuteOld_DoNotCount()
    {
        foreach (var (seconds, state) in ((double, GateState)[])[(60, GateState.Down), (60.001, GateState.Open)])
        {
            var gate = new DestinationGate(32);
            foreach (var outcome in (DeliveryOutcome[])[_failed, _failed, _failed, _failed, _ok, _failed, _failed, _failed, _ok])
                gate.End(outcome, wasProbe: false, _t);
            gate.End(_failed, wasProbe: false, At(seconds));
            gate.State.ShouldBe(state);
        }
    }

    [Fact]
    public void Down_ProbesOneAtATimeAfter1And2And4AndThenEvery5Seconds()
    {
        var now = _t;
        var gate = Down(now);
        foreach (var seconds in (double[])[1, 2, 4, 5, 5, 5])
        {
            gate.Until.ShouldBe(now + TimeSpan.FromSeconds(seconds));
            gate.Allows(0, gate.Until - TimeSpan.FromMilliseconds(1)).ShouldBe(0);
            now = gate.Until;
            gate.Allows(0, now).ShouldBe(1);
            gate.Begin().ShouldBeTrue();
            gate.IsProbing.ShouldBeTrue();
            gate.Allows(0, now + TimeSpan.FromMinutes(1)).ShouldBe(0);
            gate.End(_failed, wasProbe: true, now).ShouldBeFalse();
        }
    }

    [Fact]
    public void Down_AProbeAnswered429WithoutAHeader_WaitsAtLeast2Seconds()
    {
        var gate = new DestinationGate(32);
        for (var i = 0; i < 10; i++)
            gate.End(new DeliveryOutcome.BackOff(BackOffReason.Throttled, 429, null), wasProbe: false, _t);
        (gate.State, gate.Until).ShouldBe((GateState.Down, At(2)));
    }

    [Fact]
    public void Down_ALateSuccessThatIsNoProbe_DoesNotOpenIt()
    {
        var gate = Down(_t);
        gate.End(_ok, wasProbe: false, _t).ShouldBeFalse();
        gate.State.ShouldBe(GateState.Down);
    }

    [Fact]
    public void Down_TheProbeSucceedsOrIsRejected_OpensAndForgives()
    {
        foreach (var outcome in (DeliveryOutcome[])[_ok, new DeliveryOutcome.Rejected(422, "no")])
        {
            var gate = Down(_t);
            gate.End(outcome, Begin(gate, At(1)), At(1)).ShouldBeTrue();
            (gate.State, gate.Cause).ShouldBe((GateState.Open, null));
            gate.Allows(0, At(1)).ShouldBe(gate.Level);
            for (var i = 0; i < 4; i++)
                gate.End(_failed, wasProbe: false, At(1));
            gate.State.ShouldBe(GateState.Open); // the failures of before do not count
        }
    }

    [Fact]
    public void Down_TheProbeWasRejectedWithoutARequest_SaysNothingAboutTheDestination()
    {
        var gate = Down(_t);
        gate.End(new DeliveryOutcome.Rejected(413, "too big", WasSent: false), Begin(gate, At(1)), At(1)).ShouldBeFalse();
        gate.State.ShouldBe(GateState.Down);
        gate.Allows(0, At(1)).ShouldBe(1);
    }

    [Fact]
    public void Misconfigured_OneConversationAmongOthersThatSucceed_IsItsOwnFailure()
    {
        var gate = new DestinationGate(32);
        for (var second = 0; second < 100; second++)
        {
            gate.End(_unauthorized, "c1", wasProbe: false, At(second)).ShouldBeFalse();
            gate.State.ShouldBe(GateState.Open);
            gate.End(_ok, wasProbe: false, At(second));
        }
    }

    [Fact]
    public void Misconfigured_TwoConversationsAndNoSuccessBetween_PausesAndAnotherMayTryAtOnce()
    {
        var gate = new DestinationGate(32);
        gate.End(_unauthorized, "c1", wasProbe: false, _t);
        gate.State.ShouldBe(GateState.Open);
        gate.End(_unauthorized, "c2", wasProbe: false, _t);
        (gate.State, gate.Allows(0, At(59.999)), gate.AllowsAnother(_t)).ShouldBe((GateState.Misconfigured, 0, true));
        (gate.HasAccused("c1"), gate.HasAccused("c2"), gate.HasAccused("c3")).ShouldBe((true, true, false));
        gate.Begin().ShouldBeTrue();
        gate.AllowsAnother(_t).ShouldBeFalse(); // one at a time
        gate.End(_unauthorized, "c3", wasProbe: true, _t);
        (gate.State, gate.AllowsAnother(_t), gate.Until).ShouldBe((GateState.Misconfigured, false, At(60))); // three: beyond doubt
    }

    [Fact]
    public void Misconfigured_AnotherConversationSucceeds_OpensAndThoseThatFailedKeepTheirDelays()
    {
        var gate = new DestinationGate(32);
        gate.End(_unauthorized, "c1", wasProbe: false, _t);
        gate.End(_unauthorized, "c2", wasProbe: false, _t);
        gate.End(_ok, "c3", gate.Begin(), _t).ShouldBeFalse();
        (gate.State, gate.HasAccused("c1")).ShouldBe((GateState.Open, false));
    }

    [Fact]
    public void Misconfigured_NoOtherToAsk_PausesAtTheThirdAnswerToTheOneThereIs()
    {
        var gate = new DestinationGate(32);
        gate.End(_unauthorized, "c1", wasProbe: false, _t);
        gate.End(_unauthorized, "c1", wasProbe: false, At(2));
        gate.State.ShouldBe(GateState.Open);
        gate.End(_unauthorized, "c1", wasProbe: false, At(6));
        (gate.State, gate.AllowsAnother(At(7)), gate.Until).ShouldBe((GateState.Misconfigured, true, At(66)));
    }

    [Fact]
    public void Misconfigured_DuringAnOutage_ItsEndLiftsTheDelaysOfTheOutage()
    {
        var gate = Down(_t);
        gate.End(_unauthorized, "c1", Begin(gate, At(1)), At(1));
        gate.End(_ok, "c2", gate.Begin(), At(1)).ShouldBeTrue();
    }

    [Fact]
    public void Misconfigured_BeyondDoubt_IsProbedOnceAMinute()
    {
        var gate = Misconfigured(_t);
        foreach (var minute in (int[])[1, 2, 3])
        {
            gate.AllowsAnother(At((60 * minute) - 0.001)).ShouldBeFalse();
            gate.Allows(0, At((60 * minute) - 0.001)).ShouldBe(0);
            gate.End(_unauthorized, Begin(gate, At(60 * minute)), At(60 * minute)).ShouldBeFalse();
        }

        gate.End(_ok, Begin(gate, At(240)), At(240)).ShouldBeTrue();
        gate.State.ShouldBe(GateState.Open);
    }

    [Fact]
    public void Misconfigured_TheProbeFailsOtherwise_IsDownFromThenOn()
    {
        var gate = Misconfigured(_t);
        gate.End(_failed, Begin(gate, At(60)), At(60));
        (gate.State, gate.Until).ShouldBe((GateState.Down, At(61)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(8, 8)]
    [InlineData(10, 8)]
    [InlineData(32, 16)]
    [InlineData(256, 128)]
    public void Level_HoldsOneAfterAnother_LowerItOnceAndNeverBelow8(int configured, int lowered)
    {
        var gate = new DestinationGate(configured);
        for (var second = 0; second < 50; second += 5)
        {
            HoldBySeveral(gate, 1, At(second));
            gate.Allows(0, At(second + 1)).ShouldBe(lowered);
        }
    }

    [Fact]
    public void Level_Successes_RaiseItOneByOneUpToTheConfigured()
    {
        var gate = new DestinationGate(10);
        HoldBySeveral(gate, 1, _t);
        gate.Allows(0, At(1)).ShouldBe(8);
        for (var i = 0; i < 7; i++)
            gate.End(_ok, wasProbe: false, At(2));
        gate.Level.ShouldBe(8);
        gate.End(_ok, wasProbe: false, At(2));
        gate.Level.ShouldBe(9);
        for (var i = 0; i < 100; i++)
            gate.End(_ok, wasProbe: false, At(2));
        gate.Level.ShouldBe(10);
        HoldBySeveral(gate, 1, At(3));
        gate.Level.ShouldBe(8);
    }

    [Fact]
    public void AnyOutcomesAtAnyTimes_KeepTheRules() =>
        Gen.Select(Gen.Int[1, 40], Gen.Select(Gen.Int[0, 8], Gen.Int[0, 20_000], Gen.Int[0, 99]).Array[1, 200]).Sample((configured, steps) =>
        {
            var gate = new DestinationGate(configured);
            var (now, held, asked) = (_t, _t, ImmutableList<(string Conversation, MonotonicTime Until)>.Empty);
            var inFlight = new List<(bool Probe, string Conversation)>();
            foreach (var (kind, milliseconds, pick) in steps)
            {
                now += TimeSpan.FromMilliseconds(milliseconds);
                var allowed = gate.Allows(inFlight.Count, now);
                if (now < held && allowed > 0)
                    return false; // Retry-After is obeyed, whatever else happens
                if (gate.State != GateState.Open && allowed > (inFlight.Exists(one => one.Probe) ? 0 : 1))
                    return false; // one probe at a time
                var conversation = $"c{pick % 5}";
                if (allowed == 0 && gate.AllowsAnother(now) && !gate.HasAccused(conversation))
                    allowed = now < held ? throw new InvalidOperationException("Retry-After is obeyed by everyone") : 1;
                for (; allowed > 0 && inFlight.Count < 40; allowed--)
                    inFlight.Add((gate.Begin(), conversation));
                if (inFlight.Count(one => one.Probe) > 1)
                    return false;
                if (inFlight.Count > 0)
                {
                    var (wasProbe, whose) = inFlight[pick % inFlight.Count];
                    var (before, doubtful) = (gate.State, gate.IsDoubtful);
                    inFlight.RemoveAt(pick % inFlight.Count);
                    var outcome = kind switch { 0 => _refused, 1 => _failed, 2 => _unauthorized, 3 => Hold(1 + (pick % 50)), _ => _ok };
                    asked = kind == 3 ? asked.Add((whose, now + TimeSpan.FromSeconds(1 + (pick % 50)))) : kind > 3 ? [] : asked;
                    var closed = gate.End(outcome, whose, wasProbe, now);
                    if (gate.State == GateState.Held)
                        held = Max(held, SecondLongest(asked));
                    if ((before is GateState.Down or GateState.Misconfigured && gate.State is GateState.Open or GateState.Held) != (wasProbe && outcome == _ok))
                        return false; // it is the probe's success, and nothing else, that ends an outage
                    if (closed && !(wasProbe && outcome == _ok))
                        return false;
                    if (wasProbe && outcome == _ok && !doubtful && !closed)
                        return false;
                }

                if (gate.Level > configured || gate.Level < Math.Min(8, configured))
                    return false;
                if (gate.State != GateState.Open && gate.Until - now > TimeSpan.FromSeconds(61))
                    return false; // never closed for good
                if ((gate.State == GateState.Open) != (gate.Cause is null))
                    return false;
            }

            return true;
        });

    private static MonotonicTime At(double seconds) => _t + TimeSpan.FromSeconds(seconds);

    private static MonotonicTime Max(MonotonicTime one, MonotonicTime other) => one > other ? one : other;

    private static DeliveryOutcome.BackOff Hold(int seconds) => new DeliveryOutcome.BackOff(BackOffReason.Throttled, 429, TimeSpan.FromSeconds(seconds));

    private static MonotonicTime SecondLongest(IEnumerable<(string Conversation, MonotonicTime Until)> asked) =>
        asked.GroupBy(one => one.Conversation).Select(one => one.Max(ask => ask.Until)).OrderDescending().Skip(1).FirstOrDefault(MonotonicTime.Always);

    private static void HoldBySeveral(DestinationGate gate, int seconds, MonotonicTime now)
    {
        for (var i = 0; i < 5; i++)
            gate.End(Hold(seconds), wasProbe: false, now);
        gate.State.ShouldBe(GateState.Held);
    }

    private static DestinationGate Down(MonotonicTime now)
    {
        var gate = new DestinationGate(32);
        for (var i = 0; i < 5; i++)
            Attempt(gate, _refused, now);
        gate.State.ShouldBe(GateState.Down);
        return gate;
    }

    private static DestinationGate Misconfigured(MonotonicTime now)
    {
        var gate = new DestinationGate(32);
        for (var i = 0; i < 3; i++)
            gate.End(_unauthorized, wasProbe: false, now);
        gate.State.ShouldBe(GateState.Misconfigured);
        return gate;
    }

    private static bool Begin(DestinationGate gate, MonotonicTime now)
    {
        gate.Allows(0, now).ShouldBe(1);
        return gate.Begin();
    }

    private static void Attempt(DestinationGate gate, DeliveryOutcome outcome, MonotonicTime now)
    {
        gate.Allows(0, now).ShouldBeGreaterThan(0);
        gate.End(outcome, gate.Begin(), now);
    }
}

/// <summary>Most rules do not look at whose entry it was: those tests leave it out, and each is another's.</summary>
file static class AnyConversation
{
    private static int _last;

    public static bool End(this DestinationGate gate, DeliveryOutcome outcome, bool wasProbe, MonotonicTime now) =>
        gate.End(outcome, $"c{Interlocked.Increment(ref _last)}", wasProbe, now);
}
