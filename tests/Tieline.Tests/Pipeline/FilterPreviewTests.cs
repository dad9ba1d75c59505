using Tieline.Events;
using Tieline.Filtering;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.TestKit;
using Tieline.Tests.Journal;

namespace Tieline.Tests.Pipeline;

public sealed class FilterPreviewTests
{
    private static readonly FilterRuleOptions _completed = new() { Type = EventKinds.ConversationState, States = [EventKinds.Completed] };
    private static readonly FilterRuleOptions _abandoned = new() { Type = EventKinds.ConversationState, States = [EventKinds.Abandoned] };
    private static readonly FilterRuleOptions _queue = new() { Type = EventKinds.RoutingQueue };

    /// <summary>Received an hour after they happened.</summary>
    private static readonly DateTimeOffset _from = Some.Time.AddHours(1);

    [Fact]
    public async Task What_a_stricter_filter_would_have_kept_is_told_by_kind_with_the_ids_of_what_it_would_have_dropped()
    {
        await using var rig = await FilledAsync();

        var preview = await PreviewAsync(rig, Set([_completed]), Set([_completed, _abandoned, _queue]));

        var part = preview.Parts.ShouldHaveSingleItem();
        (preview.Events, part.All.Kept, part.All.Dropped, part.All.KeptNow).ShouldBe((5, 2, 3, 5));
        part.Kinds.Select(one => (one.Type, one.State, one.Queue, one.Tally.Kept, one.Tally.Dropped, one.Tally.KeptNow)).ShouldBe(
        [
            (EventKinds.ConversationState, EventKinds.Completed, "q1", 2, 0, 2),
            (EventKinds.RoutingQueue, EventKinds.Queued, "q1", 0, 2, 2),
            (EventKinds.ConversationState, EventKinds.Abandoned, "q1", 0, 1, 1),
        ]);
        part.Examples.Select(one => (one.ConversationId, one.WouldBeKept)).ShouldBe([("c1", false), ("c2", false), ("c3", false)]);
        part.Examples[0].Id.ShouldBe(EventId.Of("c1", EventKinds.RoutingQueue, EventKinds.Queued, Some.Time.AddSeconds(1)).ToString());
        preview.ToJson(7)["notOnDisk"]!.GetValue<long>().ShouldBe(7);
    }

    [Fact]
    public async Task What_goes_to_a_destination_is_what_both_filters_keep_and_what_a_wider_one_would_add_is_told()
    {
        await using var rig = await FilledAsync();
        var inForce = Set([_completed, _abandoned, _queue], ("crm", [_completed]));

        var preview = await PreviewAsync(rig, Set(null, ("crm", [_completed, _abandoned]), ("new", [])), inForce);

        preview.Parts.Select(part => (part.Destination, part.All.Kept, part.All.Dropped, part.IsCompared)).ShouldBe([("crm", 3, 2, true), ("new", 5, 0, false)]);
        preview.Parts[0].All.KeptNow.ShouldBe(2);
        preview.Parts[0].Examples.ShouldHaveSingleItem().WouldBeKept.ShouldBeTrue();
        preview.ToJson(null)["parts"]![1]!["keptNow"].ShouldBeNull();
    }

    [Fact]
    public async Task A_filter_of_the_pipeline_is_told_for_each_destination_too()
    {
        await using var rig = await FilledAsync();

        var preview = await PreviewAsync(rig, Set([_queue]), Set([_completed, _abandoned, _queue], ("crm", [_completed]), ("erp", [])));

        preview.Parts.Select(part => (part.Destination, part.All.Kept, part.All.KeptNow)).ShouldBe([(null, 2, 5), ("crm", 0, 2), ("erp", 2, 5)]);
    }

    [Fact]
    public async Task Only_what_was_received_in_the_span_counts()
    {
        await using var rig = await FilledAsync();

        (await PreviewAsync(rig, Set([_queue]), null, _from.AddSeconds(2), _from.AddSeconds(4))).Events.ShouldBe(2);
        (await PreviewAsync(rig, Set([_queue]), null, _from.AddHours(5), _from.AddHours(6))).Events.ShouldBe(0);
    }

    [Fact]
    public async Task Where_what_is_in_force_is_not_known_the_examples_are_what_would_be_dropped()
    {
        await using var rig = await FilledAsync();

        var part = (await PreviewAsync(rig, Set([_completed]), null)).Parts.ShouldHaveSingleItem();

        (part.IsCompared, part.Examples.Count).ShouldBe((false, 3));
        part.Examples.ShouldAllBe(one => !one.WouldBeKept);
    }

    [Fact]
    public async Task More_than_a_page_is_read_to_its_end_while_the_writer_goes_on()
    {
        await using var rig = new JournalRig();
        await rig.DoAsync(JournalRig.Appends(JournalReader.KindsAtOnce + 5));
        using var reader = new JournalReader(rig.DatabasePath);
        var preview = new FilterPreview(Set([_completed]), null);

        var reading = preview.ReadAsync(reader, Some.Time, Some.Time.AddDays(1), JournalRig.Cancellation);
        await rig.DoAsync(JournalRig.Append(JournalReader.KindsAtOnce + 6));
        await reading;

        preview.Events.ShouldBe(JournalReader.KindsAtOnce + 5);
        preview.Parts[0].Examples.Count.ShouldBe(FilterPreviewPart.MaxExamples);
    }

    [Fact]
    public void However_many_queues_there_are_the_rows_are_bounded()
    {
        var part = new FilterPreviewPart(null, [new EventFilter(new FilterOptions())], null);
        for (var i = 0; i < FilterPreviewPart.MaxKinds + 3; i++)
            part.Add(new EventKind(new JournalPosition(i + 1), EventId.Of("c", EventKinds.RoutingQueue, null, Some.Time), "c", EventKinds.RoutingQueue, EventKinds.Queued, "voice", $"q{i}", Some.Time));

        part.Kinds.Count().ShouldBe(FilterPreviewPart.MaxKinds);
        (part.Others.Kept, part.All.Kept).ShouldBe((3, FilterPreviewPart.MaxKinds + 3));
    }

    private static async Task<FilterPreview> PreviewAsync(JournalRig rig, FilterSet asked, FilterSet? inForce, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        using var reader = new JournalReader(rig.DatabasePath);
        var preview = new FilterPreview(asked, inForce);
        await preview.ReadAsync(reader, from ?? _from, to ?? _from.AddHours(1), JournalRig.Cancellation);
        return preview;
    }

    private static FilterSet Set(IList<FilterRuleOptions>? rules, params (string Name, IList<FilterRuleOptions> Rules)[] destinations) =>
        new(rules, destinations.ToDictionary(one => one.Name, one => one.Rules, StringComparer.Ordinal));

    private static async Task<JournalRig> FilledAsync()
    {
        var rig = new JournalRig();
        await rig.DoAsync(
            LookUp(1, EventKinds.Queued), LookUp(2, EventKinds.Queued), LookUp(3, EventKinds.Abandoned), LookUp(4, EventKinds.Completed), LookUp(5, EventKinds.Completed));
        return rig;
    }

    private static JournalWork.Append LookUp(long sequence, string state) => JournalRig.LookUp(sequence, $"c{sequence}", sequence, state);
}
