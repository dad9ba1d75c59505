using System.Net;
using Tieline.Genesys;
using Tieline.TestKit;

namespace Tieline.Tests.Genesys.Details;

public sealed class DetailsReaderTests : IDisposable
{
    private readonly DetailsRig _rig = new();
    private readonly DetailsSpan _span = DetailsRig.Span();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(99, 1)]
    [InlineData(100, 2)]
    [InlineData(101, 2)]
    [InlineData(250, 3)]
    public async Task ReadAsync_SomeConversations_AreAllTakenInOrder(int count, int pages)
    {
        _rig.Genesys.Answer = PagesOf(count);
        var answer = await _rig.ReadAsync();
        answer.ShouldBe(new DetailsAnswer(IsComplete: true, ReachesNow: false, Some.Time, pages, count, null, null));
        _rig.Taken.SelectMany(page => page.Conversations).ShouldBe(Enumerable.Range(0, count).Select(n => $"c{n}"));
        _rig.Taken[^1].Next.ShouldBe(new DetailsCursor(_span.To, _span.To, 1));
        _rig.Taken.SkipLast(1).Select(page => page.Next.Page).ShouldBe(Enumerable.Range(2, pages - 1));
    }

    [Fact]
    public async Task ReadAsync_TotalHitsThatMove_ReadsToTheLastPage()
    {
        _rig.Genesys.Answer = asked => asked.Page switch
        {
            1 => FakeDetails.Page(100, 150),
            2 => FakeDetails.Page(100, 230, 100),
            3 => FakeDetails.Page(30, 120, 200),
            _ => throw new InvalidOperationException("asked for too many pages"),
        };
        (await _rig.ReadAsync()).Conversations.ShouldBe(230);
    }

    [Fact]
    public async Task ReadAsync_APageThatComesTwice_IsTakenTwice()
    {
        _rig.Genesys.Answer = asked => asked.Page == 2 ? FakeDetails.Page(100, 250) : PagesOf(250)(asked);
        var answer = await _rig.ReadAsync();
        (answer.IsComplete, answer.Conversations).ShouldBe((true, 250));
    }

    [Fact]
    public async Task ReadAsync_AShortPageWithMorePromised_IsAskedForAloneUntilItIsWhole()
    {
        _rig.Genesys.Answer = asked => asked.Page == 2 && _rig.Genesys.Asked.Count < 4 ? FakeDetails.Page(40, 250, 100) : PagesOf(250)(asked);
        var answer = await _rig.ReadAsync();
        (answer.IsComplete, answer.Pages, answer.Conversations).ShouldBe((true, 3, 250));
        _rig.Genesys.Asked.Select(asked => asked.Page).ShouldBe([1, 2, 2, 2, 3]);
        _rig.Waits.ShouldBe([1.5, 2.5]);
        _rig.Logs.Count(1040).ShouldBe(1);
        _rig.Logs.Count(1042).ShouldBe(1);
    }

    [Fact]
    public async Task ReadAsync_APageThatStaysShort_IsTakenAsItIsAndTheAnswerIsIncomplete()
    {
        _rig.Genesys.Answer = asked => asked.Page == 2 ? FakeDetails.Page(40, 250, 100) : PagesOf(250)(asked);
        var reading = _rig.Begin();
        await PassRetriesAsync(1.5, 2.5, 4.5, 8.5, 16.5, 30);
        var answer = await _rig.PassAsync(reading);
        (answer.IsComplete, answer.Pages, answer.Conversations).ShouldBe((false, 2, 140));
        answer.Problem.ShouldBe("page 2 has 40 conversations where 250 on all pages are promised");
        _rig.Taken[^1].Next.ShouldBe(new DetailsCursor(_span.From, _span.To, 2));
    }

    [Fact]
    public async Task ReadAsync_TroubleThatPasses_IsWaitedForAtThatPageAlone()
    {
        _rig.Genesys.Answer = asked => asked.Page == 2 && _rig.Genesys.Asked.Count < 5 ? FakeDetails.Status(HttpStatusCode.BadGateway) : PagesOf(150)(asked);
        (await _rig.ReadAsync()).IsComplete.ShouldBeTrue();
        _rig.Genesys.Asked.Select(asked => asked.Page).ShouldBe([1, 2, 2, 2, 2]);
        _rig.Waits.ShouldBe([1.5, 2.5, 4.5]);
    }

    [Fact]
    public async Task ReadAsync_TroubleThatStays_EndsAfterSixMoreAttemptsAndSaysSoOnce()
    {
        _rig.Genesys.Answer = _ => FakeDetails.Status(HttpStatusCode.TooManyRequests, retryAfter: "5");
        for (var read = 0; read < 2; read++)
        {
            var answer = await _rig.ReadAsync();
            (answer.IsComplete, answer.Problem, answer.RetryAfter).ShouldBe((false, "Genesys answered 429", TimeSpan.FromSeconds(5)));
        }

        _rig.Genesys.Asked.Count.ShouldBe(14);
        _rig.Logs.Count(1040).ShouldBe(1);
        _rig.Genesys.Answer = PagesOf(1);
        (await _rig.ReadAsync()).IsComplete.ShouldBeTrue();
        _rig.Logs.Count(1042).ShouldBe(1);
    }

    [Fact]
    public async Task ReadAsync_RetryAfter_GoesBeforeTheBackOff()
    {
        _rig.Genesys.Answer = asked => _rig.Genesys.Asked.Count == 1 ? FakeDetails.Sample("error-429.json") : PagesOf(1)(asked);
        (await _rig.ReadAsync()).IsComplete.ShouldBeTrue();
        _rig.Waits.ShouldBe([42.5]);
    }

    /// <summary>What Genesys asked for is waited for, and adds nothing to the back-off of what fails after it.</summary>
    [Fact]
    public async Task ReadAsync_FourTimesRetryAfterAndTwoFailures_TakeWhatWasAskedForAndTheFirstTwoBackOffs()
    {
        _rig.Genesys.Answer = asked => _rig.Genesys.Asked.Count switch
        {
            <= 4 => FakeDetails.Status(HttpStatusCode.TooManyRequests, retryAfter: "2"),
            <= 6 => FakeDetails.Status(HttpStatusCode.InternalServerError),
            _ => PagesOf(1)(asked),
        };
        (await _rig.ReadAsync()).IsComplete.ShouldBeTrue();
        _rig.Waits.ShouldBe([2.1, 2.1, 2.1, 2.1, 1.5, 2.5]);
    }

    [Fact]
    public async Task ReadAsync_ARetryAfterOfHours_IsGivenBackInsteadOfWaitedFor()
    {
        _rig.Genesys.Answer = _ => FakeDetails.Status(HttpStatusCode.TooManyRequests, retryAfter: "7200");
        (await _rig.ReadAsync()).RetryAfter.ShouldBe(TimeSpan.FromHours(2));
        _rig.Time.Advance(TimeSpan.FromHours(1));
        (await _rig.ReadAsync()).RetryAfter.ShouldBe(TimeSpan.FromHours(1));
        _rig.Genesys.Asked.Count.ShouldBe(1);
        _rig.Waits.ShouldBeEmpty();
    }

    [Fact]
    public async Task ReadAsync_Refused_EndsAtOnceAndSaysSoOnce()
    {
        _rig.Genesys.Answer = _ => FakeDetails.Status(HttpStatusCode.Forbidden, """{"code":"missing.permissions"}""");
        await _rig.ReadAsync();
        var answer = await _rig.ReadAsync();
        answer.IsComplete.ShouldBeFalse();
        answer.Problem!.ShouldContain("analytics:conversationDetail:view");
        _rig.Genesys.Asked.Count.ShouldBe(2);
        _rig.Logs.Count(1041).ShouldBe(1);
    }

    [Fact]
    public async Task ReadAsync_FromACursor_ReadsOnThere()
    {
        _rig.Genesys.Answer = PagesOf(250);
        await _rig.ReadAsync();
        var cursor = _rig.Taken[0].Next;
        _rig.Taken.Clear();
        var answer = await _rig.ReadAsync(resumeAt: cursor);
        (answer.IsComplete, answer.Pages, answer.Conversations).ShouldBe((true, 2, 150));
        answer = await _rig.ReadAsync(resumeAt: _rig.Taken[^1].Next);
        (answer.IsComplete, answer.Pages).ShouldBe((true, 0));
    }

    [Fact]
    public async Task ReadAsync_MoreThan31Days_AsksSliceBySlice()
    {
        _rig.Genesys.Answer = asked => asked.Path == "/query" ? PagesOf(150)(asked) : FakeDetails.Status(HttpStatusCode.NotFound);
        var span = DetailsRig.Span(TimeSpan.FromDays(40), Some.Time.AddDays(-50));
        var answer = await _rig.ReadAsync(span);
        (answer.IsComplete, answer.Pages).ShouldBe((true, 4));
        var queries = _rig.Genesys.Asked.Where(asked => asked.Path == "/query").ToList();
        queries.Select(asked => asked.Page).ShouldBe([1, 2, 1, 2]);
        (queries[0].From, queries[0].To).ShouldBe((span.From, queries[2].From));
        queries[2].To.ShouldBe(span.To);
    }

    [Fact]
    public async Task ReadAsync_MoreThanTenThousandHits_AsksForHalves()
    {
        _rig.Genesys.Answer = asked => asked.To - asked.From > TimeSpan.FromMinutes(30) ? FakeDetails.Page(100, 10_001) : PagesOf(5_050)(asked);
        var answer = await _rig.ReadAsync();
        (answer.IsComplete, answer.Conversations).ShouldBe((true, 10_100));
    }

    [Fact]
    public async Task ReadAsync_ADayThatIsNoNarrowerByTheHour_IsReadAsAWhole()
    {
        _rig.Genesys.Answer = PagesOf(12_000);
        var answer = await _rig.ReadAsync();
        (answer.IsComplete, answer.Conversations).ShouldBe((true, 12_000));
        _rig.Genesys.Asked.Count.ShouldBe(123); // the whole, a half, the whole again, and an empty last page
    }

    [Fact]
    public async Task ReadAsync_MoreThanCanBePaged_IsIncompleteAndGoesOn()
    {
        var span = DetailsRig.Span(TimeSpan.FromMinutes(1));
        _rig.Genesys.Answer = PagesOf(100_050);
        var answer = await _rig.ReadAsync(span);
        (answer.IsComplete, answer.Conversations).ShouldBe((false, 100_000));
        answer.Problem!.ShouldContain("more than 100000");
    }

    [Theory]
    [InlineData(-60, false)]
    [InlineData(-59, true)]
    [InlineData(0, true)]
    public async Task ReadAsync_ASpanThatReachesNow_SaysSo(int seconds, bool reachesNow)
    {
        var span = new DetailsSpan(Some.Time.AddHours(-1), Some.Time.AddSeconds(seconds), []);
        (await _rig.ReadAsync(span)).ReachesNow.ShouldBe(reachesNow);
    }

    [Fact]
    public async Task ReadAsync_CancelledWhileItWaits_Throws()
    {
        _rig.Genesys.Answer = _ => FakeDetails.Status(HttpStatusCode.BadGateway);
        var reading = _rig.Begin();
        await PassRetriesAsync(1.5);
        await _rig.Leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(reading.WaitAsync(Patience.Bound, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ReadAsync_WhatTakeThrows_IsTheCallers()
    {
        _rig.Genesys.Answer = PagesOf(1);
        await Should.ThrowAsync<TimeZoneNotFoundException>(
            _rig.Reader.ReadAsync(_span, null, (_, _, _) => throw new TimeZoneNotFoundException(), TestContext.Current.CancellationToken));
    }

    /// <summary>Lets these waits pass, each behind a call that began with its time-out.</summary>
    private async Task PassRetriesAsync(params double[] seconds)
    {
        var isCall = false;
        foreach (var delay in seconds)
        {
            TimeSpan wait;
            do
            {
                wait = await _rig.Time.Waits.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience.Bound, TestContext.Current.CancellationToken);
                (wait, isCall) = wait == DetailsClient.Timeout && !isCall && delay == 30 ? (TimeSpan.Zero, true) : (wait, isCall);
            }
            while (wait != TimeSpan.FromSeconds(delay));
            _rig.Time.Advance(wait);
        }
    }

    private static Func<Asked, HttpResponseMessage> PagesOf(int count) => asked =>
    {
        var first = (asked.Page - 1) * DetailsQuery.PageSize;
        return FakeDetails.Page(Math.Clamp(count - first, 0, DetailsQuery.PageSize), count, first);
    };
}
