using Tieline.Derivation;
using Tieline.Events;
using Tieline.TestKit;

namespace Tieline.Tests.Derivation;

public sealed class SnapshotFoldTests
{
    private const string Caller = "customer voice | 0/0/60 endpoint\n";

    private const string Answered = Caller + "acd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/60.01 peer acw70";

    private const string Asking = "customer callback | 0/0/-\nacd callback q1 | 0/0/12 transfer\nagent callback q1 | 8/12/70 client acw80\n";

    /// <summary>What happens, and what is told of it, in the order it is told. Every one is also a details record, which gives the same facts.</summary>
    public static TheoryData<string, string, string> Cases() => new()
    {
        { "an answered call: the queue's hand-off to the agent is no transfer", Answered, "queued@1 q1, completed@70 q1" },
        { "an IVR's hand-off is no transfer", "ivr voice | 0/0/1 transfer\n" + Answered, "queued@1 q1, completed@70 q1" },
        { "a blind transfer to a queue", "customer voice | 0/0/90 endpoint\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/40 transfer acw48\nacd voice q2 | 40.05/40.05/50 transfer\nagent voice q2 | 45/50/90 peer skip", "queued@1 q1, transfer@40 q1, queued@40.05 q2, completed@90 q2" },
        { "a blind transfer to an agent", "customer voice | 0/0/90 endpoint\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/40 transfer\nagent voice | 40.1/45/90 peer", "queued@1 q1, transfer@40 q1, completed@90 q1" },
        { "a blind transfer to a number", "customer voice | 0/0/90 peer\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/40 transfer\nexternal voice | 40.1/45/90.1 endpoint", "queued@1 q1, transfer@40 q1, completed@90.1 q1" },
        { "the third party hangs up later than the customer", "customer voice | 0/0/50 endpoint\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/40 transfer\nexternal voice | 40.1/45/70 peer", "queued@1 q1, transfer@40 q1, completed@70 q1" },
        { "a consult that is completed", "customer voice | 0/0/90 peer\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/40 transfer.consult acw45\nagent voice consultParticipantId | 20/25/90 client", "queued@1 q1, transfer@40 q1, completed@90 q1" },
        { "a consult that is completed, in older words", "customer voice | 0/0/90 peer\nagent voice q1 | 5/10/40 transfer\nagent voice consultParticipantId | 20/25/90 client", "transfer@40 q1, completed@90 -" },
        { "a consult that is cancelled", "acd voice q1 | 1/1/10 transfer\ncustomer voice | 0/0/60 endpoint\nagent voice q1 | 5/10/60.01 peer\nagent voice consultParticipantId | 20/25/40 peer", "queued@1 q1, completed@60.01 q1" },
        { "a consult that nobody answers", "acd voice q1 | 1/1/10 transfer\ncustomer voice | 0/0/60 endpoint\nagent voice q1 | 5/10/60.01 peer\nagent voice consultParticipantId | 20/-/40 transfer.noanswer", "queued@1 q1, completed@60.01 q1" },
        { "a conference that an agent leaves by a transfer", "customer voice | 0/0/90 peer\nagent voice q1 | 5/10/40 transfer.conference\nagent voice | 20/25/90 client", "transfer@40 q1, completed@90 -" },
        { "a conference that an agent just leaves", "customer voice | 0/0/90 peer\nagent voice q1 | 5/10/40 client\nagent voice | 20/25/90 client", "completed@90 -" },
        { "a forwarded call", "customer voice | 0/0/90 peer\nuser voice | 5/10/40 transfer.forward\nuser voice | 40/45/90 client", "transfer@40 -, completed@90 -" },
        { "an agent who does not answer, and one who does", Caller + "acd voice q1 | 1/1/30 transfer\nagent voice q1 | 5/-/17 system\nagent voice q1 | 18/-/25 transfer.noanswer\nagent voice q1 | 26/30/60.01 peer", "queued@1 q1, completed@60.01 q1" },
        { "the same agent alerted again", Caller + "acd voice q1 | 1/1/30 transfer\nagent voice q1 | 5/-/17 client\nagent voice q1 | 18/30/60.01 peer", "queued@1 q1, completed@60.01 q1" },
        { "a supervisor takes over a message: no transfer, as in a details record", "customer message | 0/0/90 peer\nagent message q1 | 5/10/40 takeover\nagent message | 40/40/90 client", "completed@90 -" },
        { "an agent's phone dies, and the customer waits again", "customer voice | 0/0/90 endpoint\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/40 error\nacd voice q1 | 40.5/40.5/50 transfer\nagent voice q1 | 45/50/90 peer", "queued@1 q1, queued@40.5 q1, completed@90 q1" },
        { "a transfer whose customer had hung up before", "customer voice | 0/0/39.9 endpoint\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/40 transfer", "queued@1 q1, completed@40 q1" },
        { "a transfer whose customer hangs up right after", "customer voice | 0/0/40.3 endpoint\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/40 transfer\nacd voice q2 | 40.05/40.05/40.31 peer", "queued@1 q1, transfer@40 q1, queued@40.05 q2, abandoned@40.31 q2" },

        { "abandoned in the queue", "customer voice | 0/0/20 endpoint\nacd voice q1 | 1/1/20.01 peer", "queued@1 q1, abandoned@20.01 q1" },
        { "a short abandon", "customer voice | 0/0/2 endpoint\nacd voice q1 | 1/1/2.01 peer", "queued@1 q1, abandoned@2.01 q1" },
        { "abandoned while a phone rings", "customer voice | 0/0/20 endpoint\nacd voice q1 | 1/1/20.01 peer\nagent voice q1 | 15/-/20.02 peer", "queued@1 q1, abandoned@20.02 q1" },
        { "hung up right after the answer", "customer voice | 0/0/10.5 endpoint\nacd voice q1 | 1/1/10.6 transfer\nagent voice q1 | 5/10/10.6 peer", "queued@1 q1, completed@10.6 q1" },
        { "a flow takes the call to voicemail", "customer voice | 0/0/60 endpoint\nacd voice q1 | 1/1/30 transfer\nvoicemail voice | 30.1/30.1/60.02 peer", "queued@1 q1, completed@60.02 q1" },
        { "a flow takes the call to another queue, where it is lost", "customer voice | 0/0/60 endpoint\nacd voice q1 | 1/1/30 transfer\nacd voice q2 | 30.1/30.1/60.02 peer", "queued@1 q1, queued@30.1 q2, abandoned@60.02 q2" },
        { "the platform hangs up on who waits", "customer voice | 0/0/30 peer\nacd voice q1 | 1/1/30 system", "queued@1 q1, abandoned@30 q1" },
        { "a hang-up in the IVR", "customer voice | 0/0/9 endpoint\nivr voice | 0/0/9.01 peer", "completed@9.01 -" },
        { "an agent hangs up on a customer on hold", Caller.Replace("endpoint", "peer", StringComparison.Ordinal) + "acd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/60.01 client", "queued@1 q1, completed@60.01 q1" },
        { "a message that expires in the queue", "customer message | 0/0/900 inactivity\nacd message q1 | 1/1/900 inactivity", "queued@1 q1, abandoned@900 q1" },
        { "a message whose session expires in the queue", "customer message | 0/0/900 session.expired\nacd message q1 | 1/1/900 session.expired", "queued@1 q1, abandoned@900 q1" },
        { "a chat that is given up", "customer chat | 0/0/90 client\nacd chat q1 | 1/1/90 peer", "queued@1 q1, abandoned@90 q1" },
        { "an outbound call without an agent", "customer voice | 0/0/9 endpoint\ndialer voice | 0/0/9 peer", "completed@9 -" },
        { "lost in the queue they were transferred to", "customer voice | 0/0/60 endpoint\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/40 transfer\nacd voice q2 | 40.1/40.1/60 peer", "queued@1 q1, transfer@40 q1, queued@40.1 q2, abandoned@60 q2" },

        { "a callback and the call made for it", Asking + "agent voice same | 15/21/60 peer\ncustomer voice | 21/21/59.9 endpoint", "queued@0 q1, completed@80 q1" },
        { "a callback that is declined first", "customer callback | 0/0/-\nacd callback q1 | 0/0/12 transfer\nagent callback q1 | 3/-/8 client\nagent callback q1 | 9/12/70 client", "queued@0 q1, completed@70 q1" },
        { "a callback that is handed on", "customer callback | 0/0/-\nacd callback q1 | 0/0/12 transfer\nagent callback q1 | 8/12/70 transfer\nacd callback q2 | 70.1/70.1/80 transfer\nagent callback q2 | 75/80/90 client", "queued@0 q1, transfer@70 q1, queued@70.1 q2, completed@90 q2" },
        { "a callback whose call is transferred to a queue and lost there", Asking + "agent voice q1 same | 15/21/40 transfer\ncustomer voice | 21/21/65 endpoint\nacd voice q2 | 40.1/40.1/65 peer", "queued@0 q1, transfer@40 q1, queued@40.1 q2, abandoned@80 q2" },
        { "an e-mail that is answered", "customer email | 0/0/61 peer\nacd email q1 | 1/1/10 transfer\nagent email q1 | 5/10/60 client acw70", "queued@1 q1, completed@70 q1" },
        { "an e-mail that is thrown away while it waits", "customer email | 0/0/30 spam\nacd email q1 | 1/1/30 spam", "queued@1 q1, completed@30 q1" },
        { "an e-mail that is handed on after its sender's leg ended", "customer email | 0/0/20 client\nacd email q1 | 1/1/10 transfer\nagent email q1 | 5/10/40 transfer\nacd email q2 | 40.1/40.1/50 transfer\nagent email q2 | 45/50/60 client", "queued@1 q1, transfer@40 q1, queued@40.1 q2, completed@60 q2" },

        { "it is reopened", Answered + "\ncustomer voice | 600/600/660 endpoint\nacd voice q2 | 601/601/610 transfer\nagent voice q2 | 605/610/660.01 peer acw670", "queued@1 q1, completed@70 q1, queued@601 q2, completed@670 q2" },
        { "it is reopened and lost", Answered + "\ncustomer voice | 600/600/660 endpoint\nacd voice q2 | 601/601/660 peer", "queued@1 q1, completed@70 q1, queued@601 q2, abandoned@660 q2" },
        { "it is reopened at an agent", Answered + "\ncustomer voice | 600/600/660 endpoint\nagent voice | 601/602/660.01 peer", "queued@1 q1, completed@70 q1, completed@660.01 -" },
        { "it is reopened twice", Answered + "\ncustomer voice | 600/600/660 endpoint\nacd voice q1 | 601/601/660 peer\ncustomer voice | 900/900/960 endpoint\nacd voice q1 | 901/901/960 peer", "queued@1 q1, completed@70 q1, queued@601 q1, abandoned@660 q1, queued@901 q1, abandoned@960 q1" },
        { "it is reopened and goes on", Answered + "\ncustomer voice | 600/600/- \nacd voice q2 | 601/601/-", "queued@1 q1, completed@70 q1, queued@601 q2" },

        { "a supervisor who listens holds nothing up", Answered + "\nagent voice monitoredParticipantId | 20/20/- ", "queued@1 q1, completed@70 q1" },
        { "a supervisor who listens hands nobody on", Answered + "\nagent voice coachedParticipantId | 20/20/40 transfer", "queued@1 q1, completed@70 q1" },
        { "a supervisor who barged in is one more to wait for", "customer voice | 0/0/60 endpoint\nagent voice q1 | 5/10/40 client\nagent voice bargedParticipantId | 30/30/60.01 peer", "completed@60.01 q1" },
        { "the end waits for every wrap-up", "customer voice | 0/0/90 endpoint\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/40 transfer acw120\nagent voice | 41/45/90.01 peer acw100", "queued@1 q1, transfer@40 q1, completed@120 q1" },
        { "a wrap-up that is skipped", Caller + "acd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/60.01 peer skip", "queued@1 q1, completed@60.01 q1" },
        { "a wrap-up that is never done", Caller + "acd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/60.01 peer acw", "queued@1 q1" },
        { "who never leaves", "customer voice | 0/0/60 endpoint\nacd voice q1 | 1/1/10 transfer\nagent voice q1 | 5/10/-", "queued@1 q1" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Snapshots_give(string what, string script, string expected) => SnapshotPlay.Of(new SnapshotScript(script)).Text.ShouldBe(expected, what);

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_details_record_of_the_same_gives_the_same(string what, string script, string expected) => RecordText.Of(Records.Derive(new SnapshotScript(script).Record())).ShouldBe(expected, what);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rest_gives_the_same(string what, string script, string expected) => SnapshotPlay.Of(new SnapshotScript(script), SnapshotScript.Shape.Rest).Text.ShouldBe(expected, what);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_topic_of_one_medium_gives_the_same(string what, string script, string expected)
    {
        if (!script.Contains("callback", StringComparison.Ordinal))
            SnapshotPlay.Of(new SnapshotScript(script), SnapshotScript.Shape.Flat).Text.ShouldBe(expected, what);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_last_snapshot_alone_gives_the_same(string what, string script, string expected)
    {
        var play = new SnapshotPlay();
        var whole = new SnapshotScript(script);
        play.Apply(whole.At(whole.Moments[^1]), whole.Moments[^1] + 1);
        play.SettleAtLast();
        RecordText.Of(play.Last!.Facts).ShouldBe(expected, what);
    }

    [Fact]
    public void Apply_AnEnd_WaitsForItsDelay()
    {
        var (play, script) = (new SnapshotPlay(), new SnapshotScript("customer voice | 0/0/20 endpoint\nacd voice q1 | 1/1/20 peer"));
        play.Apply(script.At(20), 20.5).SettlesAt.ShouldBe(Some.Time.AddSeconds(22.5));
        play.Settle(Some.Time.AddSeconds(22.499)).New.ShouldBeEmpty();
        play.Text.ShouldBe("queued@1 q1");
        play.Settle(Some.Time.AddSeconds(22.5)).SettlesAt.ShouldBeNull();
        play.Text.ShouldBe("queued@1 q1, abandoned@20 q1");
        play.State!.IsEndTold.ShouldBeTrue();
        play.Settle(Some.Time.AddSeconds(23)).New.ShouldBeEmpty();
    }

    [Fact]
    public void Apply_ARequeueWithinTheDelay_IsNoEnd()
    {
        var (play, script) = (new SnapshotPlay(), new SnapshotScript("customer voice | 0/0/60 endpoint\nagent voice q1 | 0/5/20 error\nexternal voice | 0/0/20 peer"));
        var gone = script.At(20) with { Legs = [.. script.At(20).Legs.Where(leg => leg.Kind != LegKind.Customer)], Hash = 7 };
        play.Apply(gone, 20).SettlesAt.ShouldNotBeNull();
        play.Apply(script.At(21), 21).SettlesAt.ShouldBeNull();
        play.Settle(Some.Time.AddSeconds(30)).New.ShouldBeEmpty();
    }

    [Fact]
    public void Apply_TheSameAgain_IsARepeatThatOnlySaysSomebodyIsThere()
    {
        var (play, script) = (new SnapshotPlay(), new SnapshotScript(Answered));
        play.Apply(script.At(10), 10.1).IsRepeat.ShouldBeFalse();
        var again = play.Apply(script.At(11), 11.125);
        (again.IsRepeat, again.IsStale, again.New.Count, again.Facts.Count).ShouldBe((true, false, 0, 0));
        play.State!.HeardAt.ShouldBe(Some.Time.AddMilliseconds(11_125));
    }

    [Fact]
    public void Apply_ARepeatWhenAnEndIsDue_TellsIt()
    {
        var (play, script) = (new SnapshotPlay(), new SnapshotScript("customer voice | 0/0/9 endpoint"));
        play.Apply(script.At(9), 9);
        play.Apply(script.At(9), 12).New.Count.ShouldBe(1);
    }

    [Fact]
    public void Apply_AnEarlierSnapshot_IsStaleAndTakesNothingBack()
    {
        var (play, script) = (new SnapshotPlay(), new SnapshotScript(Answered));
        play.Apply(script.At(60.01), 60.1);
        play.Apply(script.At(5), 60.2).IsStale.ShouldBeTrue();
        play.Apply(script.At(70), 70.1).IsStale.ShouldBeFalse();
        play.SettleAtLast();
        play.Text.ShouldBe("queued@1 q1, completed@70 q1");
    }

    [Fact]
    public void Apply_AStaleSnapshot_StillBringsALegThatWasNotKnown()
    {
        var (play, script) = (new SnapshotPlay(), new SnapshotScript(Answered));
        var without = script.At(12) with { Legs = [.. script.At(12).Legs.Where(leg => leg.Kind != LegKind.Queue)], Hash = 7 };
        play.Apply(without, 12);
        play.Apply(script.At(2), 12.1).IsStale.ShouldBeTrue();
        play.Text.ShouldBe("queued@1 q1");
    }

    [Fact]
    public void Apply_ALaterTimeForTheSame_KeepsTheFirst()
    {
        var play = new SnapshotPlay();
        play.Apply(new SnapshotScript("customer voice | 0/0/-\nacd voice q1 | 1/1/-").At(1), 1);
        play.Apply(new SnapshotScript("customer voice | 0/0/-\nacd voice q1 | 1/1.4/-").At(2), 2);
        play.Text.ShouldBe("queued@1 q1");
    }

    [Fact]
    public void Apply_AnotherEndThanTheOneTold_IsNotNew()
    {
        var play = new SnapshotPlay();
        play.Apply(new SnapshotScript("customer voice | 0/0/9 endpoint").At(9), 9);
        play.SettleAtLast();
        play.Apply(new SnapshotScript("customer voice | 0/0/9 endpoint\nacd voice q1 | 1/1/9 peer").At(9), 30);
        play.SettleAtLast();
        play.Text.ShouldBe("completed@9 -, queued@1 q1");
    }

    [Fact]
    public void GiveUpWrapUp_TellsTheEndWithoutIt()
    {
        var (play, script) = (new SnapshotPlay(), new SnapshotScript("customer voice | 0/0/60 endpoint\nagent voice q1 | 5/10/61 peer acw"));
        play.Apply(script.At(40), 40);
        play.State!.WrapUpDeadline.ShouldBeNull();
        play.GiveUp(Some.Time.AddSeconds(50)).State.IsWrapUpGivenUp.ShouldBeFalse();
        play.Apply(script.At(61), 61.2).SettlesAt.ShouldBeNull();
        play.State!.WrapUpDeadline.ShouldBe(Some.Time.AddSeconds(61) + TimeSpan.FromMinutes(31));
        play.GiveUp(Some.Time.AddHours(1)).New.Count.ShouldBe(1);
        play.Text.ShouldBe("completed@61 q1");
        play.State!.WrapUpDeadline.ShouldBeNull();
    }

    [Fact]
    public void GiveUpWrapUp_TheWrapUpIsDoneAfterAll_IsNoSecondEnd()
    {
        var (play, script) = (new SnapshotPlay(), new SnapshotScript("customer voice | 0/0/60 endpoint\nagent voice q1 | 5/10/61 peer acw5000"));
        play.Apply(script.At(61), 61.2);
        play.GiveUp(Some.Time.AddHours(1));
        play.Apply(script.At(5000), 5000).New.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("customer voice | 0/0/-", 15)]
    [InlineData("customer chat | 0/0/-", 15)]
    [InlineData("customer email | 0/0/-", 24 * 60)]
    [InlineData("customer message | 0/0/-", 24 * 60)]
    [InlineData("customer callback | 0/0/-", 24 * 60)]
    [InlineData("customer voice | 0/0/1 endpoint\nagent voice | 0/0/1 peer acw", 15)]
    [InlineData("customer voice | 0/0/1 endpoint\ncustomer callback | 0/0/-", 24 * 60)]
    public void SilentAt_DependsOnWhatGoesOn(string script, int minutes)
    {
        var play = new SnapshotPlay();
        play.Apply(new SnapshotScript(script).At(2), 3);
        play.State!.SilentAt.ShouldBe(Some.Time.AddSeconds(3).AddMinutes(minutes));
    }

    [Fact]
    public void Apply_SaysWhenItWasReceivedAndHow()
    {
        var outcome = SnapshotFold.Apply(null, new SnapshotScript("customer voice | 0/0/-\nacd voice q1 | 1/1/-").At(1), Some.Time.AddSeconds(3));
        var fact = outcome.Facts.ShouldHaveSingleItem();
        (fact.Origin, fact.Sequence, fact.ReceivedAt, fact.MediaType).ShouldBe((EventOrigin.Live, null, Some.Time.AddSeconds(3), "voice"));
        fact.PayloadHash.ShouldBe(CanonicalEvent.HashOf(fact));
        fact.Participants.ShouldBe([new("p1", "customer", "contact:ep1"), new("p2", "acd", null)]);
    }

    [Fact]
    public void Apply_TheAnswerOfRestThatSaysAllIsOver_IsBelieved()
    {
        var going = new SnapshotScript("customer voice | 0/0/-\nagent voice q1 | 0/5/-").At(9, SnapshotScript.Shape.Rest);
        var play = new SnapshotPlay();
        play.Apply(going with { EndedAt = Some.Time.AddSeconds(8), Hash = 7 }, 9);
        play.SettleAtLast();
        play.Text.ShouldBe("completed@8 q1");
    }

    [Fact]
    public void Apply_ACallbackThatIsNotDue_IsNotOver()
    {
        var script = new SnapshotScript("customer callback | 0/0/-\nacd callback q1 | 0/0/12 transfer\nagent callback q1 | 8/12/70 client");
        var snapshot = script.At(70);
        var scheduled = snapshot with { Legs = [snapshot.Legs[0] with { IsScheduled = true }, .. snapshot.Legs.Skip(1)], Hash = 7 };
        var play = new SnapshotPlay();
        play.Apply(scheduled, 71).SettlesAt.ShouldBeNull();
        play.Apply(snapshot, 72).SettlesAt.ShouldNotBeNull();
    }
}
