using System.Text;
using System.Text.Json;
using Tieline.Derivation;
using Tieline.Events;
using static Tieline.Tests.Genesys.Frames;

namespace Tieline.Tests.Derivation;

/// <summary>The sample frames, against what the samples expect of them and what the details records of the same conversations give.</summary>
public sealed class SampleSnapshotTests
{
    public static TheoryData<string> Files() => [.. SnapshotSamples.Lifecycles];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_sample_gives_what_it_expects(string file)
    {
        var play = Play(SnapshotSamples.Frames(file));
        SnapshotSamples.Lines(play.Told).ShouldBe(SnapshotSamples.Expected(file));
        foreach (var (made, expected) in play.Told.Zip(Json(file).GetProperty("expectedEvents").EnumerateArray().Where(one => SnapshotSamples.Text(one, "state") is "queued" or "transfer" or "completed" or "abandoned" && !(SnapshotSamples.Text(one, "state") == "queued" && SnapshotSamples.Text(one, "type") != EventKinds.RoutingQueue))))
        {
            if ((SnapshotSamples.Text(expected, "queueId") ?? SnapshotSamples.Text(expected, "fromQueueId")) is { } queue)
                made.QueueId.ShouldBe(queue);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_sample_gives_what_the_details_record_of_its_conversation_gives(string file)
    {
        var frames = SnapshotSamples.Frames(file);
        var derived = Records.Derive(RecordOf(frames[0].Snapshot.ConversationId));
        var told = Play(frames).Last!.Facts;
        told.Select(made => (made.Id, SnapshotSamples.Line(made, withQueue: true), made.MediaType)).ShouldBe(derived.Select(made => (made.Id, SnapshotSamples.Line(made, withQueue: true), made.MediaType)));

        // The record of the callback lacks the call that was made for it.
        derived[^1].Participants.ShouldBeSubsetOf(told[^1].Participants);
    }

    [Fact]
    public void The_topic_of_one_medium_gives_its_part_of_the_conversation() =>
        SnapshotSamples.Lines(Play(SnapshotSamples.Frames("queue-conversations-calls.json")).Told).ShouldBe(SnapshotSamples.Expected("queue-voice-transfer.json").Take(3));

    [Fact]
    public void The_topic_of_one_medium_goes_on_where_another_topic_left_off()
    {
        var play = new SnapshotPlay();
        foreach (var (snapshot, at) in SnapshotSamples.Frames("queue-conversations-calls.json").Concat(SnapshotSamples.Frames("queue-voice-transfer.json")).OrderBy(frame => frame.At))
            play.Apply(snapshot, at);
        play.SettleAtLast();
        SnapshotSamples.Lines(play.Told).ShouldBe(SnapshotSamples.Expected("queue-voice-transfer.json"));
        play.State!.Legs.Count.ShouldBe(7);
    }

    [Fact]
    public void The_topic_of_an_agent_gives_the_same() =>
        SnapshotSamples.Lines(Play(SnapshotSamples.Frames("users-conversations.json")).Told.OrderBy(made => made.OccurredAt)).ShouldBe(SnapshotSamples.Expected("queue-voice-transfer.json"));

    [Fact]
    public void Rest_gives_the_same() =>
        SnapshotSamples.Lines(Play([(SnapshotSamples.FromRest(), Records.ReceivedAt)]).Told).ShouldBe(SnapshotSamples.Expected("queue-voice-transfer.json"));

    /// <summary>A detail event does not say that a wrap-up is to come. So the end of the first is told when both have hung up, not at 09:05:25 when the wrap-up is over as the snapshots have it; the id is the same.
    /// Of the third, only the end of the wait is among the samples.</summary>
    [Fact]
    public void Detail_events_give_the_same_but_for_wrap_ups()
    {
        var told = new List<ConversationEvent>();
        foreach (var frames in SnapshotSamples.Frames("detail-events.json").GroupBy(frame => frame.Snapshot.ConversationId))
            told.AddRange(Play([.. frames]).Told);
        SnapshotSamples.Lines(told).ShouldBe(
        [
            "routing.queue queued 2026-03-02T09:00:08.250Z",
            "conversation.state transfer 2026-03-02T09:02:00.000Z",
            "routing.queue queued 2026-03-02T09:02:00.050Z",
            "conversation.state completed 2026-03-02T09:05:01.004Z",
            "routing.queue queued 2026-03-02T09:10:04.050Z",
            "conversation.state abandoned 2026-03-02T09:10:55.310Z",
            "routing.queue queued 2026-03-02T09:20:00.060Z",
        ]);
    }

    [Fact]
    public void Detail_events_among_snapshots_change_nothing()
    {
        var conversation = SnapshotSamples.FromRest().ConversationId;
        var details = SnapshotSamples.Frames("detail-events.json").Where(frame => frame.Snapshot.ConversationId == conversation);
        var play = Play([.. details.Concat(SnapshotSamples.Frames("queue-voice-transfer.json")).OrderBy(frame => frame.At)]);
        SnapshotSamples.Lines(play.Told).ShouldBe(SnapshotSamples.Expected("queue-voice-transfer.json"));
        play.State!.Legs.Count.ShouldBe(7);
    }

    [Fact]
    public void An_event_of_EventBridge_holds_a_frame() =>
        SnapshotSamples.Read(Json("eventbridge-event.json").GetProperty("detail")).Legs.ShouldHaveSingleItem().EndedAt.ShouldBe(new DateTimeOffset(2026, 3, 2, 9, 5, 1, TimeSpan.Zero));

    [Fact]
    public void Nothing_that_names_a_person_is_in_a_state_or_a_fact()
    {
        foreach (var file in SnapshotSamples.Lifecycles.Append("detail-events.json").Append("queue-conversations-calls.json"))
        {
            var personal = SnapshotSamples.Personal(file);
            personal.Count.ShouldBeGreaterThan(2);
            var play = Play([.. SnapshotSamples.Frames(file).GroupBy(frame => frame.Snapshot.ConversationId).First()]);
            var text = Encoding.UTF8.GetString(play.State!.Write()) + JsonSerializer.Serialize(play.State) + JsonSerializer.Serialize(play.Told);
            foreach (var word in personal)
                text.ShouldNotContain(word, Case.Insensitive);
        }
    }

    private static JsonElement RecordOf(string conversation) =>
        Json("details-query-response.json").GetProperty("conversations").EnumerateArray().First(record => record.GetProperty("conversationId").GetString() == conversation);

    private static SnapshotPlay Play(IReadOnlyList<(ConversationSnapshot Snapshot, DateTimeOffset At)> frames)
    {
        var play = new SnapshotPlay();
        foreach (var (snapshot, at) in frames)
        {
            if (play.State?.SettlesAt is { } due && due <= at)
                play.Settle(due);
            play.Apply(snapshot, at);
        }

        play.SettleAtLast();
        return play;
    }
}
