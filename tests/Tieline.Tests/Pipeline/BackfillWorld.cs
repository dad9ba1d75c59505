using System.Net;
using Tieline.Diagnostics;
using Tieline.Tests.Genesys.Details;
using static Tieline.Tests.Pipeline.BackfillRig;

namespace Tieline.Tests.Pipeline;

/// <summary>Plays a story: what happens in some conversations goes into the stream and into the details records, and what is done to both, to a real intake, loop and journal.</summary>
internal sealed class BackfillWorld : IAsyncDisposable
{
    private const int HoldSeconds = 5;

    private readonly BackfillRig _rig = new(HoldSeconds);
    private readonly IReadOnlyList<Talk> _talks;
    private readonly Queue<Sent> _future;
    private readonly List<Sent> _sent = [];
    private readonly List<Sent> _late = [];
    private readonly List<Sent> _came = [];
    private readonly List<DateTimeOffset> _answers = [];
    private readonly List<string> _diary = [];
    private long _sequence;
    private int _lag;
    private (Doing How, int Times) _trouble;
    private int _meanwhile;

    /// <summary>A number of the new numbering may be one that a gap of the old one misses, or the very next: then what is missing before it is fetched, but nothing waits for it.</summary>
    private bool _isRenumbered;

    public BackfillWorld(IEnumerable<Talk> talks)
    {
        _talks = Named(talks);
        _future = new Queue<Sent>(_talks
            .SelectMany(talk => talk.Sent().Select(sent => new Sent(talk, sent.Type, sent.State, sent.Queue, sent.At)))
            .OrderBy(sent => sent.OccurredAt));
        _rig.Answer = Answer;
    }

    private DateTimeOffset Now => _rig.Time.GetUtcNow();

    /// <summary>The first is there before anything can be missed: what happened before the first event that comes is not wanted.</summary>
    public static IReadOnlyList<Talk> Named(IEnumerable<Talk> talks) =>
        [new Talk(60, 1, 3, false, true, 0) { Id = "f1" }, .. talks.Select((talk, index) => talk with { Id = $"c{index + 1}" })];

    public async Task RunAsync(IEnumerable<Step> steps)
    {
        _rig.Start();
        _rig.Rig.Intake.OnConnected(continuous: false);
        await DuringAsync(1.5, ComeAsync);
        foreach (var step in steps)
        {
            _diary.Add($"{(Now - At(0)).TotalSeconds:0.000}: {step}");
            await DoAsync(step);
            await _rig.SettleAsync();
        }

        // The rest comes, and the stream goes on: so what was lost last is missed.
        (_trouble, _meanwhile) = (default, 0);
        while (_future.TryPeek(out var next))
            await DuringAsync(Math.Max(0.001, (next.OccurredAt - Now).TotalSeconds), ComeAsync);
        var last = new Sent(new Talk(0, 1, 1, false, true, 0) { Id = "last" }, "conversation.state", "active", null, (decimal)(Now - At(0)).TotalSeconds);
        await ComeAsync(Send(last));
        await _rig.SettleAsync();
        for (var hours = 0.0; hours < 20 && (await OpenAsync()).Count > 0; hours += 1 / 6.0)
            await PassAsync(600);
        (await OpenAsync()).ShouldBeEmpty(Told("no gap stays open"));
    }

    public async Task ShouldBeAsItHappenedAsync()
    {
        await _rig.Rig.Journal.WaitForDurabilityAsync(_rig.Rig.Limit);
        _rig.HeldCount.ShouldBe(0, Told("nothing stays held"));
        var rows = Rows();
        var told = Told(string.Join('\n', rows));
        var facts = _sent.Where(sent => sent.IsKept).ToList();
        rows.Select(row => row.Id).ShouldBeUnique(told);
        rows.ShouldAllBe(row => facts.Exists(fact => row.Is(fact)), told);
        foreach (var fact in facts)
            rows.Count(row => row.Is(fact)).ShouldBe(1, $"{fact}\n{told}");
        foreach (var conversation in rows.GroupBy(row => row.Conversation))
            ShouldBeInOrder([.. conversation.Select(row => (row, facts.Find(row.Is)!))], told);
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    /// <summary>In the order in which they went out.</summary>
    private void ShouldBeInOrder(List<(Row Row, Sent Fact)> rows, string told)
    {
        for (var later = 1; later < rows.Count; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                var (before, after) = (rows[earlier], rows[later]);
                if (before.Row.OccurredAt > after.Row.OccurredAt)
                    (IsBoundToBeInOrder(before) && IsBoundToBeInOrder(after)).ShouldBeFalse($"{before} went before {after}\n{told}");
            }
        }
    }

    /// <summary>It came in its turn, or was fetched within the hold, by the first answer after it was missed.</summary>
    private bool IsBoundToBeInOrder((Row Row, Sent Fact) one)
    {
        if (!one.Row.IsFetched)
            return one.Fact.IsInTurn;
        return one.Fact is { IsGarbled: false, MissedAt: { } missedAt }
            && one.Row.ReceivedAt >= missedAt
            && one.Row.ReceivedAt < missedAt.AddSeconds(HoldSeconds)
            && _answers.Count(answered => answered >= missedAt && answered <= one.Row.ReceivedAt) == 1;
    }

    private async Task DoAsync(Step step)
    {
        switch (step.What)
        {
            case Doing.Live:
                await DuringAsync(step.By, ComeAsync);
                break;
            case Doing.Lost:
                await DuringAsync(step.By, Lose);
                break;
            case Doing.Down:
                await DuringAsync(step.By, Lose);
                Connect();
                break;
            case Doing.Late:
                await DuringAsync(step.By, sent =>
                {
                    _late.Add(sent);
                    return Task.CompletedTask;
                });
                break;
            case Doing.Garbled:
                await DuringAsync(step.By, async sent =>
                {
                    sent.IsGarbled = true;
                    await OfferAsync(sent);
                });
                break;
            case Doing.Arrive:
                await ArriveAsync(step.By);
                break;
            case Doing.ArriveMeanwhile:
                _meanwhile = step.By;
                break;
            case Doing.Repeat when _came.Count > 0:
                var again = _came[^Math.Min(step.By, _came.Count)];
                again.IsInTurn &= again.CameAt is not null;
                again.CameAt ??= Now;
                await OfferAsync(again);
                break;
            case Doing.Restart:
                await _rig.StopAsync();
                await _rig.Rig.RestartAsync();
                await StartAgainAsync(step.By);
                break;
            case Doing.Kill:
                await KillAsync(step.By);
                break;
            case Doing.Renumber:
                await DuringAsync(step.By, Lose);
                (_sequence, _isRenumbered) = (0, true);
                _late.Clear();
                _came.Clear();
                Connect();
                break;
            case Doing.Request:
                await _rig.Rig.Intake.RequestAsync(Now.AddSeconds(-step.By), Now, _rig.Rig.Limit);
                break;
            case Doing.Lag:
                _lag = step.By * 8;
                break;
            case Doing.Refuse or Doing.Halve or Doing.Busy:
                _trouble = (step.What, step.By);
                break;
            default:
                break;
        }
    }

    /// <summary>Time passes, and what happens meanwhile is sent.</summary>
    private async Task DuringAsync(double seconds, Func<Sent, Task> becomes)
    {
        var until = Now.AddMilliseconds(Math.Round(seconds * 1_000));
        while (_future.TryPeek(out var next) && next.OccurredAt <= until)
        {
            await PassAsync((next.OccurredAt - Now).TotalSeconds);
            await becomes(Send(_future.Dequeue()));
            await _rig.SettleAsync();
        }

        await PassAsync((until - Now).TotalSeconds);
    }

    /// <summary>As the hold's loop does, ends each wait when it is over.</summary>
    private async Task PassAsync(double seconds)
    {
        var until = Now.AddMilliseconds(Math.Round(seconds * 1_000));
        while (Now < until)
        {
            var expiry = _rig.Rig.Intake.NextExpiry is { } due ? _rig.Time.ToSystemTime(due) : (DateTimeOffset?)null;
            var next = expiry < until ? expiry.Value : until;
            await _rig.PassAsync(Math.Max(0.001, (next - Now).TotalSeconds));
            await _rig.SettleAsync();
        }
    }

    private Sent Send(Sent sent)
    {
        sent.Sequence = ++_sequence;
        _sent.Add(sent);
        return sent;
    }

    private async Task ComeAsync(Sent sent)
    {
        (sent.IsInTurn, sent.CameAt) = (true, Now);
        _came.Add(sent);
        await OfferAsync(sent);
    }

    private static Task Lose(Sent sent) => Task.CompletedTask;

    private async Task OfferAsync(Sent sent)
    {
        foreach (var missed in _sent.TakeWhile(one => one != sent).Where(one => one is { CameAt: null, MissedAt: null } && !_isRenumbered))
            missed.MissedAt = Now;
        await _rig.Rig.OfferAsync(sent.Frame());
    }

    private async Task ArriveAsync(int count)
    {
        foreach (var sent in _late.Take(count).ToList())
        {
            _late.Remove(sent);
            sent.CameAt = Now;
            _came.Add(sent);
            await OfferAsync(sent);
        }
    }

    private async Task KillAsync(int seconds)
    {
        var until = Now.AddSeconds(seconds);
        var queued = new List<Sent>();
        while (_future.TryPeek(out var next) && next.OccurredAt <= until)
            queued.Add(Send(_future.Dequeue()));
        await PassAsync(seconds);
        await _rig.StopAsync();
        await _rig.Rig.KillAsync(queued.Select(sent => sent.Frame()));
        await StartAgainAsync(seconds / 2.0);
    }

    private async Task StartAgainAsync(double afterSeconds)
    {
        _rig.Rig.StartWriting();
        _rig.Start();
        await _rig.SettleAsync();
        await DuringAsync(afterSeconds, Lose);
        Connect();
    }

    private void Connect() => _rig.Rig.Intake.OnConnected(continuous: false);

    private HttpResponseMessage Answer(Asked asked)
    {
        if (_meanwhile > 0)
        {
            var count = _meanwhile;
            _meanwhile = 0;
            ArriveAsync(count).Wait(_rig.Rig.Limit);
        }

        var now = (decimal)(Now - At(0)).TotalSeconds;
        var records = _talks.Select((talk, index) => (Talk: talk, Record: talk.RecordAt(now - (index % 2 == 0 ? 0 : _lag))))
            .Where(one => one.Record is not null && At(one.Talk.Start) >= asked.From && At(one.Talk.Start) < asked.To)
            .Select(one => one.Record!)
            .ToList();
        var how = _trouble.Times > 0 ? _trouble.How : Doing.Live;
        _trouble.Times--;
        switch (how)
        {
            case Doing.Refuse:
                return FakeDetails.Status(HttpStatusCode.Forbidden);
            case Doing.Busy:
                return FakeDetails.Status(HttpStatusCode.TooManyRequests, retryAfter: "7");
            case Doing.Halve:
                return PageOf(150, records);
            default:
                _answers.Add(Now);
                return Page(records);
        }
    }

    private async Task<IReadOnlyList<string>> OpenAsync() => [.. (await _rig.GapsAsync()).Where(gap => gap.Split(' ')[1] is not "filled")];

    private IReadOnlyList<Row> Rows() => _rig.Rig.Rows(
        "SELECT hex(id), conversation, type, state, occurred_at, origin, received_at FROM event ORDER BY position",
        row => new Row(
            row.GetString(0),
            row.GetString(1),
            row.GetString(2),
            row.GetString(3),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
            row.GetInt64(5) != 0,
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6))));

    private string Told(string what) => $"{what}\nwhat happened:\n{string.Join('\n', _diary)}\nsent:\n{string.Join('\n', _sent.Select(sent => $"{sent} came {sent.CameAt - At(0)}, missed {sent.MissedAt - At(0)}{(sent.IsGarbled ? ", garbled" : "")}"))}";

    private sealed record Row(string Id, string Conversation, string Type, string State, DateTimeOffset OccurredAt, bool IsFetched, DateTimeOffset ReceivedAt)
    {
        public bool Is(Sent fact) => fact.Conversation == Conversation && fact.Type == Type && fact.State == State && OccurredAt == (IsFetched ? fact.RecordedAt : fact.OccurredAt);

        public override string ToString() => $"{Conversation} {State}@{(OccurredAt - At(0)).TotalSeconds}{(IsFetched ? $" fetched at {(ReceivedAt - At(0)).TotalSeconds}" : "")}";
    }
}
