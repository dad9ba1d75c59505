using Tieline.Derivation;
using Tieline.Events;
using Tieline.TestKit;

namespace Tieline.Tests.Derivation;

public sealed class EventDerivationTests
{
    private const string AnsweredCall = """
        customer voice | interact 0-60 endpoint
        acd voice q1 | interact 1-10 transfer
        agent voice q1 | alert 5-10; interact 10-60 peer; wrapup 60-70 peer
        ends 70
        """;

    public static TheoryData<string, string, string> Cases() => new()
    {
        { "an answered call: the queue's hand-off to the agent is no transfer", AnsweredCall, "queued@1 q1, completed@70 q1" },
        { "nothing but a conversation", "ends 5", "completed@5 -" },
        {
            "a conversation that is reopened has an end for each episode",
            AnsweredCall.Replace("ends 70", "customer voice | interact 600-660 endpoint\nacd voice q2 | interact 601-610 transfer\nagent voice q2 | interact 610-660 peer; wrapup 660-670 peer\nends 670", StringComparison.Ordinal),
            "queued@1 q1, completed@70 q1, queued@601 q2, completed@670 q2"
        },
        { "it goes on in its second episode", AnsweredCall.Replace("ends 70", "customer voice | interact 600-\nacd voice q2 | interact 601-", StringComparison.Ordinal), "queued@1 q1, completed@70 q1, queued@601 q2" },
        { "it is abandoned in its second episode", AnsweredCall.Replace("ends 70", "customer voice | interact 600-620 endpoint\nacd voice q2 tAbandon | interact 601-620 peer\nends 620", StringComparison.Ordinal), "queued@1 q1, completed@70 q1, queued@601 q2, abandoned@620 q2" },
        { "it is reopened at an agent", AnsweredCall.Replace("ends 70", "customer voice | interact 600-660 endpoint\nagent voice | interact 601-660 peer\nends 660", StringComparison.Ordinal), "queued@1 q1, completed@70 q1, completed@660 -" },
        { "it is reopened while a wrap-up is open: one episode", AnsweredCall.Replace("ends 70", "customer voice | interact 65-80 endpoint\nacd voice q2 | interact 66-80 peer\nends 80", StringComparison.Ordinal), "queued@1 q1, queued@66 q2, abandoned@80 q2" },
        { "an instant without anybody is no end", AnsweredCall.Replace("ends 70", "customer voice | interact 71.999-80 endpoint\nacd voice q2 | interact 71.999-80 peer\nends 80", StringComparison.Ordinal), "queued@1 q1, queued@71.999 q2, abandoned@80 q2" },
        { "nobody is there for two seconds: an end", AnsweredCall.Replace("ends 70", "customer voice | interact 72-80 endpoint\nacd voice q2 | interact 72-80 peer\nends 80", StringComparison.Ordinal), "queued@1 q1, completed@70 q1, queued@72 q2, abandoned@80 q2" },
        { "the agent leaves in the moment in which the queue's hand-off is over: an end", "customer voice | interact 0-40 endpoint\nacd voice q1 | interact 1-40 transfer\nagent voice q1 | alert 5-39.99; interact 39.99-40 peer\ncustomer voice | interact 600-660 endpoint\nacd voice q2 | interact 601-610 transfer\nagent voice q2 | interact 610-660 peer\nends 660", "queued@1 q1, completed@40 q1, queued@601 q2, completed@660 q2" },
        { "the agent leaves before the queue's hand-off is over: an end", "customer voice | interact 0-39.995 endpoint\nacd voice q1 | interact 1-40 transfer\nagent voice q1 | interact 39.97-39.995 peer\ncustomer voice | interact 600-660 endpoint\nacd voice q2 | interact 601-610 transfer\nagent voice q2 | interact 610-660 peer\nends 660", "queued@1 q1, completed@40 q1, queued@601 q2, completed@660 q2" },
        { "a queue's hand-off that nobody took is on its way, however long", "customer email | interact 0-20 client\nacd email q1 | interact 1-30 transfer\nacd email q2 | interact 90-100 transfer\nagent email q2 | interact 100-120 client\nends 120", "queued@1 q1, queued@90 q2, completed@120 q2" },
        { "what is handed on has not ended, however long it is on its way", "customer email | interact 0-20 client\nacd email q1 | interact 1-10 transfer\nagent email q1 | interact 10-40 transfer\nacd email q2 | interact 90-100 transfer\nagent email q2 | interact 100-120 client\nends 120", "queued@1 q1, transfer@40 q1, queued@90 q2, completed@120 q2" },
        { "a hang-up in the IVR is completed", "customer voice | interact 0-9 endpoint\nivr voice | ivr 0-9 peer\nends 9", "completed@9 -" },
        { "an IVR's hand-off is no transfer", "ivr voice | ivr 0-2 transfer\nacd voice q1 | interact 2-", "queued@2 q1" },
        { "the queue is named by a later segment", "acd voice | delay 1-3; interact 3-5 q2; interact 5-9 q3", "queued@3 q2" },
        { "the same queue twice is two facts", "acd voice q1 | interact 1-10 transfer\nacd voice q1 | interact 20-", "queued@1 q1, queued@20 q1" },
        { "a queue's session with several segments is one fact", "acd voice q1 | delay 1-3; interact 3-5; interact 5-", "queued@1 q1" },
        { "two queues in the same millisecond are one fact by its id", "acd voice q2 | interact 1-\nacd voice q1 | interact 1-", "queued@1 q1" },
        {
            "a blind transfer to a queue, its wrap-up not counted again",
            "agent voice q1 | interact 10-40 transfer; wrapup 40-48 transfer\nacd voice q2 | interact 40.05-",
            "transfer@40 q1, queued@40.05 q2"
        },
        { "who leaves comes before the queue they left to", "acd voice q2 | interact 40-\nagent voice q1 | interact 10-40 transfer", "transfer@40 q1, queued@40 q2" },
        { "a consult transfer", "agent voice q1 | interact 10-40 consultTransfer", "transfer@40 q1" },
        { "a conference that is left", "agent voice q1 | interact 10-40 conferenceTransfer", "transfer@40 q1" },
        { "a forwarded call", "user voice | interact 10-40 forwardTransfer", "transfer@40 -" },
        { "a transfer out of hold", "agent voice q1 | interact 10-30; hold 30-40 transfer", "transfer@40 q1" },
        { "a transfer's queue is the last one that the handler's session names", "agent voice | interact 10-30 q1; interact 30-40 q2 transfer; wrapup 40-50 q3", "transfer@40 q2" },
        { "a conference left by hanging up is none", "agent voice q1 | interact 10-40 client\nagent voice q1 | interact 20-", "" },
        { "a disconnect by a peer is none", "agent voice q1 | interact 10-40 peer; wrapup 40-50 transfer", "" },
        { "an earlier segment that says transfer is none", "agent voice q1 | interact 10-20 transfer; interact 25-40 client", "" },
        { "an agent who alerted only, with wrap-up", "agent voice q1 tHandle tAcw | alert 5-10 transfer; wrapup 10-15 transfer", "" },
        { "an agent who did not answer", "agent voice q1 | interact 5-6; alert 6-10 noAnswerTransfer", "" },
        { "a take-over is none", "agent message q1 | interact 5-10 takeover", "" },
        { "a monitoring supervisor", "agent voice q1 monitoredParticipantId | interact 5-10 transfer", "" },
        { "a coaching supervisor", "agent voice q1 coachedParticipantId | interact 5-10 transfer", "" },
        { "a barging supervisor", "agent voice q1 bargedParticipantId | interact 5-10 transfer", "" },
        { "a supervisor's open wrap-up holds nothing up", AnsweredCall + "\nagent voice monitoredParticipantId | interact 15-20 peer; wrapup 20-", "queued@1 q1, completed@70 q1" },
        { "a transfer whose end cannot be read", "agent voice q1 | interact 10-? transfer", "" },
        { "a transfer whose start cannot be read has its end", "agent voice q1 | interact ?-40 transfer", "transfer@40 q1" },
        { "a queue whose start cannot be read", "acd voice q1 | interact ?-40", "" },
        { "a queue of which it cannot be read which segment came first", "acd voice q1 | interact 5-6; interact ?-40", "" },
        { "a transfer that is not over yet", "agent voice q1 | interact 10-", "" },

        { "abandoned by Genesys's metric", "customer voice | interact 0-9 endpoint\nacd voice q1 tAbandon | interact 1-9 peer\nends 9", "queued@1 q1, abandoned@9 q1" },
        { "a short abandon is one too", "acd voice q1 tShortAbandon | interact 1-2 peer\nends 2", "queued@1 q1, abandoned@2 q1" },
        { "abandoned without a metric", "customer voice | interact 0-9 endpoint\nacd voice q1 | interact 1-9 peer\nends 9", "queued@1 q1, abandoned@9 q1" },
        { "abandoned while an agent's phone rings", "acd voice q1 | interact 1-9 peer\nagent voice q1 tHandle | alert 7-9 peer; wrapup 9-9.5 peer\nends 9", "queued@1 q1, abandoned@9.5 q1" },
        { "the metric of an earlier queue does not count", "acd voice q1 tAbandon | interact 1-9 transfer\nacd voice q2 | interact 10-20 transfer\nagent voice q2 | interact 20-30 peer\nends 30", "queued@1 q1, queued@10 q2, completed@30 q2" },
        { "answered right before the hang-up", "customer voice | interact 0-10.1 endpoint\nacd voice q1 | interact 1-10.2 transfer\nagent voice q1 | interact 10-10.2 peer\nends 10.2", "queued@1 q1, completed@10.2 q1" },
        { "a metric of abandonment and an agent who answered after", "acd voice q1 tAbandon | interact 1-9 peer\nagent voice q1 | interact 9-20 peer\nends 20", "queued@1 q1, completed@20 q1" },
        { "abandoned in the queue they were transferred to", "acd voice q1 | interact 1-5 transfer\nagent voice q1 | interact 5-20 transfer\nacd voice q2 tAbandon | interact 20.1-30 peer\nends 30", "queued@1 q1, transfer@20 q1, queued@20.1 q2, abandoned@30 q2" },
        { "a consultation with a queue given up, and the customer hangs up on the agent", "acd voice q1 | interact 1-5 transfer\nagent voice q1 | interact 5-20; hold 20-30 peer\nacd voice q2 tAbandon | interact 21-29 client\nends 30", "queued@1 q1, queued@21 q2, completed@30 q2" },
        { "a flow took them out of the queue", "customer voice | interact 0-20 endpoint\nacd voice q1 tFlowOut | interact 1-9 transfer\nvoicemail voice | voicemail 9-20 peer\nends 20", "queued@1 q1, completed@20 q1" },
        { "a flow's own end is no abandonment either", "acd voice q1 flowOutType | interact 1-9 client\nends 9", "queued@1 q1, completed@9 q1" },
        { "handed on without a metric is a flow-out", "customer voice | interact 0-20 endpoint\nacd voice q1 | interact 1-9 transfer\nends 20", "queued@1 q1, completed@20 q1" },
        { "still queued when the customer left", "customer voice | interact 0-8 endpoint\nacd voice q1 | interact 1-9 transfer\nends 9", "queued@1 q1, abandoned@9 q1" },
        { "the platform hangs up on who waits", "acd voice q1 | interact 1-9 system\nends 9", "queued@1 q1, abandoned@9 q1" },
        { "a message that expires in the queue", "customer message | interact 0-900 inactivity\nacd message q1 | interact 1-900 inactivity\nends 900", "queued@1 q1, abandoned@900 q1" },
        { "an e-mail cannot be abandoned", "acd email q1 tAbandon | interact 1-9 spam\nends 9", "queued@1 q1, completed@9 q1" },
        { "a callback cannot be abandoned", "acd callback q1 tAbandon | interact 1-9 client\nends 9", "queued@1 q1, completed@9 q1" },
        { "a call that asked for a callback instead", "customer voice | interact 0-9 endpoint\nacd voice q1 tAbandon | interact 1-9 peer\nacd callback q1 | interact 8-20 transfer\nagent callback q1 | interact 20-30 client\nends 30", "queued@1 q1, queued@8 q1, completed@30 q1" },
        {
            "a callback whose call is transferred to a queue and lost there",
            """
            customer callback | interact 0-
            acd callback q1 | interact 0-12 transfer
            agent callback q1 | interact 12-70 client; wrapup 70-80 client
            agent voice q1 same | interact 15-40 transfer
            customer voice | interact 15-60 endpoint
            acd voice q2 tAbandon | interact 40.1-60 peer
            ends 70
            """,
            "queued@0 q1, transfer@40 q1, queued@40.1 q2, abandoned@80 q2"
        },
        { "several replies to an e-mail are no transfers", "acd email q1 | interact 1-9 transfer\nagent email q1 | interact 9-20 client\nagent email q1 same | interact 20-30 client\nends 30", "queued@1 q1, completed@30 q1" },

        { "an end waits for the last wrap-up", "acd voice q1 | interact 1-10 transfer\nagent voice q1 | interact 10-60 peer; wrapup 60-\nends 60", "queued@1 q1" },
        { "an end has the time of the last wrap-up", "agent voice q1 | interact 10-60 peer; wrapup 60-95 peer\nagent voice q1 | interact 20-50 client; wrapup 50-80 client\nends 61", "completed@95 q1" },
        { "an end later than every wrap-up", "agent voice q1 | interact 10-60 peer; wrapup 60-70 peer\nends 71", "completed@71 q1" },
        { "an end whose wrap-up cannot be read", "agent voice q1 | interact 10-60 peer; wrapup 60-? peer\nends 60", "" },
        { "an end that cannot be read", "agent voice q1 | interact 10-60 peer\nends ?", "" },
        { "an end of a wait that cannot be read", "acd voice q1 tAbandon | interact ?-9 peer\nends 9", "" },
        { "an end without a wait needs no other time", "agent voice q1 | alert ?-9 peer\nends 9", "completed@9 q1" },
        { "no end while the conversation goes on", "acd voice q1 | interact 1-10 transfer\nagent voice q1 | interact 10-60 peer; wrapup 60-70 peer", "queued@1 q1" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_record_gives(string what, string record, string expected) => RecordText.Of(Records.Derive(RecordText.Json(record))).ShouldBe(expected, what);

    [Fact]
    public void Derive_AnyFact_HasTheIdOfTheFormat()
    {
        foreach (var made in Records.Derive(RecordText.Json(AnsweredCall)))
            made.Id.ShouldBe(EventId.Of("c1", made.Type, made.State, made.OccurredAt));
    }

    [Fact]
    public void Derive_SaysWhenItWasReceivedAndHow()
    {
        var made = EventDerivation.Derive(Records.Read(RecordText.Json(AnsweredCall)), Records.ReceivedAt, EventOrigin.Manual)[0];
        made.Sequence.ShouldBeNull();
        made.Origin.ShouldBe(EventOrigin.Manual);
        made.ReceivedAt.ShouldBe(Records.ReceivedAt);
        made.MediaType.ShouldBe("voice");
    }

    [Fact]
    public void Derive_ListsWhoHadJoinedByThen_InTheOrderTheyCame()
    {
        var derived = Records.Derive(RecordText.Json(AnsweredCall));
        derived[0].Participants.ShouldBe([new("p1", "customer", "contact:e1"), new("p2", "acd", null)]);
        derived[1].Participants.ShouldBe([new("p1", "customer", "contact:e1"), new("p2", "acd", null), new("p3", "agent", "user:u3")]);
    }

    [Fact]
    public void Derive_AParticipantWithSeveralSessions_IsListedOnce() =>
        Records.Derive(RecordText.Json("agent callback q1 | interact 1-9 client\nagent voice same | interact 2-8 peer\nends 9"))[0].Participants.Count.ShouldBe(1);

    [Fact]
    public void Derive_ASupervisor_IsNotListed() =>
        Records.Derive(RecordText.Json("agent voice monitoredParticipantId | interact 1-9 peer\nends 9"))[0].Participants.ShouldBeEmpty();

    [Fact]
    public void Derive_ASupervisorWhoBargesIn_IsListed() =>
        Records.Derive(RecordText.Json("agent voice bargedParticipantId | interact 1-9 peer\nends 9"))[0].Participants.Count.ShouldBe(1);

    [Fact]
    public void Derive_ATimeThatIsNoPlausibleOne_GivesNoEvent()
    {
        var record = Records.Read(RecordText.Json(AnsweredCall));
        EventDerivation.Derive(record, Some.Time - EventTime.MaxAhead - TimeSpan.FromSeconds(1), EventOrigin.Backfill).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("voice", "voice")]
    [InlineData("callback", "voice")]
    [InlineData("chat", "webChat")]
    [InlineData("message", "webChat")]
    [InlineData("email", "email")]
    [InlineData("cobrowse", null)]
    [InlineData(null, null)]
    public void MediaNames_Of_IsTheStreamsName(string? media, string? name) => MediaNames.Of(media).ShouldBe(name);

    [Theory]
    [InlineData("consultTransfer", "Transferred")]
    [InlineData("transfer.consult", "Transferred")]
    [InlineData("transfer.noanswer", "MovedOn")]
    [InlineData("dndTransfer", "MovedOn")]
    [InlineData("sessionExpired", "Disconnected")]
    [InlineData("a word that is not known", "Disconnected")]
    [InlineData("", "None")]
    public void LegEnds_Of_KnowsBothSpellings(string disconnectType, string end) => LegEnds.Of(disconnectType).ToString().ShouldBe(end);
}
