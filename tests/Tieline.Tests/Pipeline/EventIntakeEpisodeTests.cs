using System.Diagnostics.Metrics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;
using EventId = Tieline.Events.EventId;

namespace Tieline.Tests.Pipeline;

/// <summary>A conversation that is reopened: each of its ends is delivered once, whatever path tells it, however often.</summary>
public sealed class EventIntakeEpisodeTests : IAsyncLifetime
{
    private const string Conversation = "c1";

    private readonly IntakeRig _rig = new();
    private readonly Dictionary<string, long> _repeats = [];
    private readonly MeterListener _listener = new();

    public EventIntakeEpisodeTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument == _rig.Metrics.Duplicates)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            lock (_repeats)
                _repeats[(string)tags[0].Value!] = _repeats.GetValueOrDefault((string)tags[0].Value!) + value;
        });
        _listener.Start();
    }

    public ValueTask InitializeAsync()
    {
        _rig.StartWriting();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task The_stream_ends_it_twice_both_ends_go_out_under_ids_of_their_own()
    {
        await _rig.OfferAsync(Queued(1, 0), Ended(2, 60), Queued(3, 600), Ended(4, 660));
        (await EndsAsync()).ShouldBe([First(), Second(660)]);
    }

    [Fact]
    public async Task The_filter_keeps_only_ends_both_go_out()
    {
        await _rig.OfferAsync(Ended(1, 60), Ended(2, 660));
        (await EndsAsync()).ShouldBe([First(), Second(660)]);
    }

    [Fact]
    public async Task The_stream_repeats_an_end_under_another_number_it_is_dropped_and_counted()
    {
        await _rig.OfferAsync(Queued(1, 0), Ended(2, 60), Ended(3, 60), Queued(4, 600), Ended(5, 660), Ended(6, 60), Ended(7, 660));
        (await EndsAsync()).ShouldBe([First(), Second(660)]);
        _repeats.ShouldBe(new Dictionary<string, long> { ["recent_id"] = 3 });
    }

    [Fact]
    public async Task The_stream_repeats_both_ends_after_a_restart_they_are_known()
    {
        await _rig.OfferAsync(Queued(1, 0), Ended(2, 60), Queued(3, 600), Ended(4, 660));
        await _rig.RestartAsync();
        _rig.StartWriting();
        await _rig.OfferAsync(Ended(5, 60), Ended(6, 660));
        (await EndsAsync()).ShouldBe([First(), Second(660)]);
        _repeats.Values.Sum().ShouldBe(2);
    }

    [Fact]
    public async Task The_record_dates_both_ends_otherwise_they_are_known()
    {
        await _rig.OfferAsync(Queued(1, 0), Ended(2, 60), Queued(3, 600), Ended(4, 660));
        (await RecoverAsync(Fact(Conversation, 0.3), End(60.4), Fact(Conversation, 600.2), End(659.1))).ShouldBe([FactVerdict.Known, FactVerdict.Known, FactVerdict.Known, FactVerdict.Known]);
        (await EndsAsync()).ShouldBe([First(), Second(660)]);
    }

    [Fact]
    public async Task The_record_brings_the_first_end_after_the_second_each_keeps_the_id_it_was_given()
    {
        await _rig.OfferAsync(Queued(3, 600), Ended(4, 660));
        var facts = new[] { Fact(Conversation, 0.3), End(60.4), Fact(Conversation, 600.2), End(660.1, EventId.OfEpisode(Conversation, "conversation.state", "completed", At(660.1))) };
        (await RecoverAsync(facts)).ShouldBe([FactVerdict.New, FactVerdict.New, FactVerdict.Known, FactVerdict.Known]);
        (await EndsAsync()).ShouldBe([First(), Second(60.4)]);
        await _rig.RestartAsync();
        _rig.StartWriting();
        (await RecoverAsync(facts)).ShouldAllBe(verdict => verdict == FactVerdict.Known);
        await _rig.OfferAsync(Ended(5, 60), Ended(6, 660));
        (await EndsAsync()).ShouldBe([First(), Second(60.4)]);
    }

    [Fact]
    public async Task An_end_behind_a_hole_is_held_and_told_from_the_other_all_the_same()
    {
        await _rig.OfferAsync(Queued(1, 0), Ended(2, 60), Queued(4, 600), Ended(5, 660));
        (await RecoverAsync(End(60.4), Fact(Conversation, 600.2), End(659.1))).ShouldAllBe(verdict => verdict == FactVerdict.Known);
        await _rig.ExpireAsync(2);
        (await EndsAsync()).ShouldBe([First(), Second(660)]);
    }

    [Fact]
    public async Task It_is_abandoned_after_it_was_completed_both_go_out_and_a_third_end_too()
    {
        await _rig.OfferAsync(Queued(1, 0), Ended(2, 60), Queued(3, 600), Ended(4, 660, "abandoned"), Queued(5, 1_000), Ended(6, 1_060, "abandoned"), Queued(7, 2_000), Ended(8, 2_060));
        (await EndsAsync()).ShouldBe([First(), First("abandoned"), Second(1_060, "abandoned"), Second(2_060)]);
    }

    [Fact]
    public async Task A_snapshot_tells_the_second_end_it_goes_out_once()
    {
        await ObserveAsync(Live(0), LiveEnd(60));
        await ObserveAsync(Live(600), LiveEnd(660));
        await _rig.RestartAsync();
        _rig.StartWriting();
        await ObserveAsync(Live(0), LiveEnd(60), Live(600), LiveEnd(661, EventId.OfEpisode(Conversation, "conversation.state", "completed", At(661))));
        (await RecoverAsync(Fact(Conversation, 0), End(63), Fact(Conversation, 600), End(660))).ShouldAllBe(verdict => verdict == FactVerdict.Known);
        (await EndsAsync()).ShouldBe([First(), Second(660)]);
    }

    [Fact]
    public async Task A_snapshot_dates_an_end_before_its_wrap_up_and_the_record_after_it_it_is_one()
    {
        await ObserveAsync(Live(0), LiveEnd(60));
        (await RecoverAsync(Fact(Conversation, 0), End(360))).ShouldAllBe(verdict => verdict == FactVerdict.Known);
        (await EndsAsync()).ShouldBe([First()]);
    }

    [Fact]
    public async Task It_is_reopened_at_an_agent_without_a_queue_the_record_shows_when_the_episode_began()
    {
        await ObserveAsync(Live(0), LiveEnd(60));
        (await RecoverAsync(End(660) with { Episode = new Episode(At(600), IsReopened: false) })).ShouldBe([FactVerdict.New]);
        (await EndsAsync()).ShouldBe([First(), Second(660)]);
    }

    [Fact]
    public async Task A_journal_of_version_1_goes_on_without_second_copies()
    {
        await _rig.OfferAsync(Queued(1, 0), Ended(2, 60));
        await _rig.DeliverableAsync();
        await _rig.RestartAsync("UPDATE event SET checksum = NULL");
        _rig.StartWriting();
        await _rig.OfferAsync(Ended(3, 60), Queued(4, 600), Ended(5, 660));
        (await RecoverAsync(Fact(Conversation, 0.3), End(60.4), Fact(Conversation, 600.2), End(659.1))).ShouldAllBe(verdict => verdict == FactVerdict.Known);
        (await EndsAsync()).ShouldBe([First(), Second(660)]);
    }

    private static EventId First(string state = "completed") => EventId.Of(Conversation, "conversation.state", state, default);

    private static EventId Second(double seconds, string state = "completed") => EventId.OfEpisode(Conversation, "conversation.state", state, At(seconds));

    private static DateTimeOffset At(double seconds) => Some.Time.AddMilliseconds(Math.Round(seconds * 1_000));

    private static byte[] Queued(long sequence, double seconds) => Some.Frame(sequence, Conversation, "routing.queue", "queued", TimeSpan.FromSeconds(seconds));

    private static byte[] Ended(long sequence, double seconds, string state = "completed") => Some.Frame(sequence, Conversation, state: state, at: TimeSpan.FromSeconds(seconds));

    private static ConversationEvent End(double seconds, EventId? id = null) => Fact(Conversation, seconds, EventKinds.Completed) is var end && id is { } other ? end with { Id = other } : end;

    private static ConversationEvent Live(double seconds) => Fact(Conversation, seconds, origin: EventOrigin.Live);

    private static ConversationEvent LiveEnd(double seconds, EventId? id = null) => End(seconds, id) with { Origin = EventOrigin.Live };

    private async Task<IReadOnlyList<FactVerdict>> RecoverAsync(params ConversationEvent[] facts) => [.. (await _rig.Intake.RecoverAsync(facts, _rig.Limit)).Select(one => one.Verdict)];

    private Task ObserveAsync(params ConversationEvent[] facts) => _rig.Intake.ObserveAsync(facts, facts.Select(fact => fact.Id).ToHashSet(), _rig.Limit);

    private async Task<IReadOnlyList<EventId>> EndsAsync()
    {
        await _rig.Journal.WaitForDurabilityAsync(_rig.Limit);
        return _rig.Rows("SELECT id FROM event WHERE state IN ('completed', 'abandoned') ORDER BY position", row => EventId.Read(row.GetFieldValue<byte[]>(0)));
    }
}
