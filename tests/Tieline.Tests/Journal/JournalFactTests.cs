using CsCheck;
using Tieline.Journal;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

public sealed class JournalFactTests : IAsyncLifetime
{
    private readonly JournalRig _rig = new(Crm, Erp);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_row_is_expanded_to_one_numbered_line_for_each_event()
    {
        await _rig.DoAsync(new JournalWork.Note("started", """{"version":"1.2.3"}"""), Append(11), Append(12), Append(13));
        await _rig.DoAsync(_rig.Settle(1), _rig.Settle(3), _rig.Settle(2, 3), _rig.Settle(2, destination: Erp), _rig.Settle(1, dead: "no such contact", destination: Erp));
        await _rig.DoAsync(new JournalWork.Note("stopped", null));
        _rig.FactLines().ShouldBe(
        [
            """1 started {"version":"1.2.3"}""",
            "2 accepted 11",
            "3 accepted 12",
            "4 accepted 13",
            "5 delivered crm 11",
            "6 delivered crm 12",
            "7 delivered crm 13",
            "8 delivered erp 12",
            """9 dead-lettered erp 11 {"status":422,"reason":"no such contact"}""",
            "10 stopped",
        ]);
        _rig.Facts().ShouldAllBe(fact => fact.Timestamp == Some.Time);
        _rig.Scalar("SELECT count(*) FROM dead_letter WHERE reason = 'no such contact' AND status = 422").ShouldBe(1);
        _rig.Journal.Read(reader => reader.ReadDeadLetterCount()).ShouldBe(1);
    }

    [Fact]
    public async Task Facts_stand_in_the_order_in_which_the_work_was_queued()
    {
        await _rig.DoAsync(Append(1), _rig.Settle(1, 1), Append(2), _rig.Settle(1, 1, destination: Erp), _rig.Settle(2, 2), Append(3));
        _rig.FactLines().ShouldBe(["1 accepted 1", "2 delivered crm 1", "3 accepted 2", "4 delivered erp 1", "5 delivered crm 2", "6 accepted 3"]);
    }

    [Fact]
    public async Task Reading_from_anywhere_with_any_limit_gives_the_same_lines()
    {
        await _rig.DoAsync([new JournalWork.Note("started", null), .. Appends(40)]);
        await _rig.DoAsync([.. Enumerable.Range(1, 20).Select(index => _rig.Settle(index * 2)), .. Appends(5, from: 41), _rig.Settle(5, dead: "bad")]);
        await _rig.DoAsync([.. Enumerable.Range(1, 45).Select(index => _rig.Settle(index, destination: Erp)), new JournalWork.Note("stopped", null)]);
        var all = _rig.FactLines().ToList();
        all.Count.ShouldBe(1 + 40 + 20 + 5 + 1 + 45 + 1);
        Gen.Select(Gen.Int[0, all.Count + 2], Gen.Int[1, all.Count + 2]).Sample((after, limit) => _rig.FactLines(after, limit).ShouldBe(all.Skip(after).Take(limit)), iter: 500, threads: 1);
        for (var limit = 1; limit < 20; limit += 3)
            Follow(limit).ShouldBe(all);

        IEnumerable<string> Follow(int limit)
        {
            for (var after = 0L; _rig.Facts(after, limit) is { Count: > 0 } facts; after = facts[^1].Number)
            {
                foreach (var line in _rig.FactLines(after, limit))
                    yield return line;
            }
        }
    }

    [Fact]
    public async Task Facts_and_their_numbers_survive_a_restart()
    {
        await _rig.DoAsync(Appends(3));
        await _rig.DoAsync(_rig.Settle(2));
        var before = _rig.FactLines().ToList();
        await _rig.ReopenAsync(Crm, Erp);
        _rig.FactLines().ShouldBe(before);
        await _rig.DoAsync(Append(4));
        _rig.FactLines().ShouldBe([.. before, "5 accepted 4"]);
    }

    [Fact]
    public async Task WaitForFacts_EndsWhenThereIsOne()
    {
        var waiting = _rig.Journal.WaitForFactsAsync(0, Cancellation);
        waiting.IsCompleted.ShouldBeFalse();
        await _rig.DoAsync(Append(1));
        await waiting;
        _rig.Journal.WaitForFactsAsync(0, Cancellation).IsCompletedSuccessfully.ShouldBeTrue();
        _rig.Journal.WaitForFactsAsync(1, Cancellation).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Held_events_are_accepted_when_they_are_released()
    {
        await _rig.DoAsync(Append(1), Append(3, held: true));
        _rig.FactLines().ShouldBe(["1 accepted 1"]);
        await _rig.DoAsync(new JournalWork.Release(1, 3));
        _rig.FactLines().ShouldBe(["1 accepted 1", "2 accepted 3"]);
    }
}
