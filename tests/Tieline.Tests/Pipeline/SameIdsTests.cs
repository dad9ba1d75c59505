using System.Text.Json;
using Tieline.Derivation;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Simulator;
using Tieline.TestKit;
using EventId = Tieline.Events.EventId;

namespace Tieline.Tests.Pipeline;

/// <summary>One simulated hour, by either source and by backfill alone: what the journal has at the end is what goes to the CRM. The simulator shares no code with the product, and knows what happened.</summary>
public sealed class SameIdsTests
{
    private const int Conversations = 5_200;

    /// <summary>Longer than a conversation rests before it is reopened: an end that nobody asked for until then shows only as the end of an earlier episode.</summary>
    private static readonly TimeSpan _asksEvery = TimeSpan.FromSeconds(12);

    /// <summary>Facts on their way into the journal at once: as with a busy source, enough to fill its groups.</summary>
    private const int InFlight = 512;

    private static readonly SubscriptionOptions _subscription = new();

    [Fact]
    public async Task TheStream_GivesWhatHappened_AndTheRecordsAddNothing()
    {
        await using var rig = Rig();
        var hour = Hour();
        foreach (var moment in Play(hour))
        {
            rig.Time.SetUtcNow(moment.At);
            if (moment.Frame is { } frame)
                await rig.Intake.OnFrameAsync(frame, rig.Limit);
        }

        await ShouldBeAsync(rig, hour);
        await BackfillAsync(rig, hour);
        await ShouldBeAsync(rig, hour);
        SeenIn(hour).ShouldAllBe(seen => seen.Value >= 10);
    }

    [Fact]
    public async Task BackfillAlone_GivesWhatHappened()
    {
        await using var rig = Rig();
        var hour = Hour();
        foreach (var moment in Play(hour))
            rig.Time.SetUtcNow(moment.At);
        await BackfillAsync(rig, hour);
        await ShouldBeAsync(rig, hour);
    }

    [Fact]
    public async Task BackfillAlone_ConversationsOfMilliseconds_GivesWhatHappened()
    {
        await using var rig = Rig();
        var hour = QuickHour(seed: 1);
        foreach (var moment in Play(hour))
            rig.Time.SetUtcNow(moment.At);
        await BackfillAsync(rig, hour);
        await ShouldBeAsync(rig, hour);
    }

    /// <summary>Under load, with holes that are filled while conversations go on and are reopened. Which end of a conversation has the id without a time depends on which came first.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Stream_WithHolesThatAreBackfilled_GivesWhatHappened(int seed)
    {
        const int Lost = 60;
        await using var rig = Rig();
        var hour = QuickHour(seed);
        var chance = new Random(seed);
        var (left, asked) = (0, Some.Time);
        foreach (var moment in Play(hour))
        {
            rig.Time.SetUtcNow(moment.At);
            if (rig.Intake.NextExpiry <= rig.Time.GetMonotonicTime())
                await rig.Intake.ExpireAsync(rig.Limit);
            if (moment.At - asked > _asksEvery)
            {
                asked = moment.At;
                await BackfillAsync(rig, hour, moment.At);
                await rig.Intake.AnsweredAsync(rig.Journal.ReadOpenGaps().Select(gap => gap.Number), rig.Limit);
            }

            if (moment.Frame is not { } frame)
                continue;
            if (left == 0 && chance.Next(60) == 0)
                left = Lost;
            if (left > 0)
                left--;
            else
                await rig.Intake.OnFrameAsync(frame, rig.Limit);
        }

        rig.Time.Advance(TimeSpan.FromMinutes(1));
        await rig.Intake.ExpireAsync(rig.Limit);
        await BackfillAsync(rig, hour);
        await ShouldBeAsync(rig, hour, areEndsDatedEarly: true);
    }

    /// <summary>Some come twice, some after the one behind them, some before the one that completes them, and some never.</summary>
    [Fact]
    public async Task Notifications_GiveWhatHappened_AndTheRecordsAddNothing()
    {
        await using var rig = Rig();
        var hour = Hour();
        var snapshots = Snapshots(rig);
        var chance = new Random(7);
        var late = new Dictionary<string, byte[]>();
        var counts = new Counts();
        foreach (var moment in Play(hour))
        {
            await PassAsync(rig, snapshots, moment.At);
            if (moment.HalfEnded is { } half)
                await counts.Of("half ended", () => TakeAsync(rig, snapshots, half));
            var before = late.Remove(moment.ConversationId, out var held);
            var what = chance.Next(20);
            var isLast = IsEnd(hour, moment);
            if (what == 0 && !before && !isLast)
            {
                late[moment.ConversationId] = moment.Snapshot;
                continue;
            }

            if (what != 1 || isLast)
                await counts.Of("taken", () => TakeAsync(rig, snapshots, moment.Snapshot));
            if (what == 2)
                await counts.Of("twice", () => TakeAsync(rig, snapshots, moment.Snapshot));
            if (before)
                await counts.Of("late", () => TakeAsync(rig, snapshots, held!));
        }

        await FinishAsync(rig, snapshots, hour);
        await ShouldBeAsync(rig, hour);
        await BackfillAsync(rig, hour);
        await ShouldBeAsync(rig, hour);
        snapshots.Count.ShouldBe(0);
        counts.Least(["half ended", "taken", "twice", "late"]).ShouldBeGreaterThan(500);
    }

    /// <summary>All but the end of a callback whose customer was never reached: nobody leaves it, so it is asked about when it has been silent (ADR 15).</summary>
    [Fact]
    public async Task DetailEvents_GiveWhatHappened_AndTheRecordsTheFewEndsThatNobodyLeaves()
    {
        await using var rig = Rig();
        var hour = Hour();
        var snapshots = Snapshots(rig);
        foreach (var moment in Play(hour))
        {
            await PassAsync(rig, snapshots, moment.At);
            foreach (var detail in moment.Details)
                await TakeAsync(rig, snapshots, detail);
        }

        await FinishAsync(rig, snapshots, hour);
        await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        (hour.Facts.Count - rig.Rows("SELECT count(*) FROM event", row => row.GetInt32(0)).Single()).ShouldBe(snapshots.Count);
        snapshots.Count.ShouldBeLessThan(20);
        await BackfillAsync(rig, hour);
        await ShouldBeAsync(rig, hour, areEndsDatedEarly: true);
        snapshots.Count.ShouldBe(0);
    }

    private static IntakeRig Rig()
    {
        var rig = new IntakeRig(limitSeconds: 300);
        rig.StartWriting();
        return rig;
    }

    private static SimulatedHour Hour() => new(Conversations, Some.Time);

    private static SimulatedHour QuickHour(int seed) => new(1_000, Some.Time, seed, reopen: 0.5, isQuick: true);

    private static IEnumerable<SimulatedMoment> Play(SimulatedHour hour) => hour.Play(SubscribeMessage.For(_subscription));

    private static SnapshotIntake Snapshots(IntakeRig rig) => new(rig.Intake, rig.Journal, [.. _subscription.Types], rig.Time, rig.Metrics, rig.Logs.For<SnapshotIntake>());

    private static bool IsEnd(SimulatedHour hour, SimulatedMoment moment) =>
        hour.Facts is [.., { State: "completed" or "abandoned" } last] && last.ConversationId == moment.ConversationId && last.Timestamp == moment.At;

    /// <summary>Time passes, and what is due on the way happens.</summary>
    private static async Task PassAsync(IntakeRig rig, SnapshotIntake snapshots, DateTimeOffset to)
    {
        while (snapshots.NextSettle is { } settle && rig.Time.ToSystemTime(settle) is var due && due <= to)
        {
            if (due > rig.Time.GetUtcNow())
                rig.Time.SetUtcNow(due);
            await snapshots.SettleAsync(rig.Limit);
        }

        var saves = to.ToUnixTimeMilliseconds() / 10_000 > rig.Time.GetUtcNow().ToUnixTimeMilliseconds() / 10_000;
        rig.Time.SetUtcNow(to);
        if (saves)
            await snapshots.SaveAsync(rig.Limit);
    }

    private static async Task TakeAsync(IntakeRig rig, SnapshotIntake snapshots, byte[] frame) => await snapshots.OnNotificationAsync(frame, rig.Limit);

    private static async Task FinishAsync(IntakeRig rig, SnapshotIntake snapshots, SimulatedHour hour)
    {
        await PassAsync(rig, snapshots, hour.Facts[^1].Timestamp.AddMinutes(1));
        await snapshots.SaveAsync(rig.Limit);
    }

    /// <summary>As the backfill takes the pages of a query.</summary>
    private static async Task BackfillAsync(IntakeRig rig, SimulatedHour hour, DateTimeOffset? asOf = null)
    {
        var entering = new List<Task>(InFlight);
        foreach (var json in hour.Records(asOf))
        {
            using var document = JsonDocument.Parse(json);
            RecordReader.TryRead(document.RootElement, out var record, out var fault).ShouldBeTrue(fault);
            var facts = EventDerivation.Derive(record!, rig.Time.GetUtcNow(), EventOrigin.Backfill);
            HashSet<EventId> wanted = [.. facts.Where(fact => MediaNames.IsAmong(fact.MediaType, [.. _subscription.Types]) && rig.Intake.Keeps(fact)).Select(fact => fact.Id)];
            entering.Add(rig.Intake.RecoverAsync(facts, rig.Limit, wanted));
            if (entering.Count < InFlight)
                continue;
            await Task.WhenAll(entering);
            entering.Clear();
        }

        await Task.WhenAll(entering);
    }

    /// <summary>The journal has what happened, each once, and nothing else.</summary>
    /// <param name="areEndsDatedEarly">An end may be told before its wrap-up. A later one's id has that time, so each is then told by its place among the ends of its conversation.</param>
    private static async Task ShouldBeAsync(IntakeRig rig, SimulatedHour hour, bool areEndsDatedEarly = false)
    {
        await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        var rows = rig.Rows("SELECT id, conversation, type, state, occurred_at FROM event ORDER BY occurred_at", row => new Row(
            EventId.Read(row.GetFieldValue<byte[]>(0)).ToString(), row.GetString(1), row.GetString(2), row.GetString(3), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4))));
        rows.Select(row => row.Id).ShouldBeUnique();
        var journaled = Keys(rows).Keys;
        var happened = Keys(hour.Facts.OrderBy(fact => fact.Timestamp).Select(fact => new Row(fact.Id!, fact.ConversationId!, fact.Type, fact.State!, fact.Timestamp)));
        var cases = hour.Records().Select(json => JsonDocument.Parse(json).RootElement).ToDictionary(record => record.GetProperty("conversationId").GetString()!);
        journaled.Except(happened.Keys).ShouldBeEmpty();
        happened.Keys.Except(journaled).Select(key => $"{happened[key].State} {happened[key].At:O} of {happened[key].Conversation}: {string.Join(", ", SourceCases.Of(cases[happened[key].Conversation]))}").ShouldBeEmpty();

        Dictionary<string, Row> Keys(IEnumerable<Row> all)
        {
            var ends = new Dictionary<(string, string), int>();
            return all.ToDictionary(row => areEndsDatedEarly && EventKinds.IsTerminal(row.Type, row.State)
                ? $"{row.Conversation} {row.State} {ends[(row.Conversation, row.State)] = ends.GetValueOrDefault((row.Conversation, row.State)) + 1}"
                : row.Id);
        }
    }

    private sealed record Row(string Id, string Conversation, string Type, string State, DateTimeOffset At);

    private static Dictionary<string, int> SeenIn(SimulatedHour hour)
    {
        var seen = SourceCases.All.ToDictionary(one => one, _ => 0);
        var conversations = 0;
        foreach (var json in hour.Records())
        {
            using var document = JsonDocument.Parse(json);
            conversations++;
            foreach (var one in SourceCases.Of(document.RootElement))
                seen[one]++;
        }

        conversations.ShouldBeGreaterThanOrEqualTo(5_000);
        return seen;
    }

    private sealed class Counts
    {
        private readonly Dictionary<string, int> _counts = [];

        public Task Of(string what, Func<Task> act)
        {
            _counts[what] = _counts.GetValueOrDefault(what) + 1;
            return act();
        }

        public int Least(IReadOnlyList<string> of) => of.Min(what => _counts.GetValueOrDefault(what));
    }
}
