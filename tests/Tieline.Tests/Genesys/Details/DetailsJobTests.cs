using System.Net;
using System.Text.Json;
using Tieline.Genesys;
using Tieline.TestKit;

namespace Tieline.Tests.Genesys.Details;

/// <summary>Long spans that are not of today: read by a job, and by the query where a job will not do.</summary>
public sealed class DetailsJobTests : IDisposable
{
    private static readonly JsonElement _sample = JsonDocument.Parse(File.ReadAllBytes(FakeDetails.PathOf("details-job.json"))).RootElement;

    private readonly DetailsRig _rig = new();
    private readonly DetailsSpan _span = DetailsRig.Span(TimeSpan.FromDays(2), Some.Time.AddDays(-3));
    private readonly Dictionary<string, Func<int, HttpResponseMessage>> _answers;
    private readonly string _job = _sample.GetProperty("submit").GetProperty("response").GetProperty("body").GetProperty("jobId").GetString()!;

    public DetailsJobTests()
    {
        var results = _sample.GetProperty("results");
        _answers = new()
        {
            ["GET /jobs/availability"] = _ => FakeDetails.Json(_sample.GetProperty("availability").GetRawText()),
            ["POST /jobs"] = _ => FakeDetails.Status(HttpStatusCode.Accepted, _sample.GetProperty("submit").GetProperty("response").GetProperty("body").GetRawText()),
            [$"GET /jobs/{_job}"] = n => State(n == 1 ? "PENDING" : "FULFILLED"),
            [$"GET /jobs/{_job}/results?pageSize=100"] = _ => FakeDetails.Json(results[0].GetProperty("body").GetRawText()),
            [$"GET /jobs/{_job}/results?pageSize=100&cursor=eyJvZmZzZXQiOjF9"] = _ => FakeDetails.Json(results[1].GetProperty("body").GetRawText()),
            [$"DELETE /jobs/{_job}"] = _ => FakeDetails.Status(HttpStatusCode.NoContent, ""),
            ["POST /query"] = _ => FakeDetails.Page(3, 3),
        };
        _rig.Genesys.Answer = asked =>
        {
            var what = $"{asked.Method} {asked.Path}";
            return _answers[what](_rig.Genesys.Paths.Count(path => path == what));
        };
    }

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task ReadAsync_TwoDaysOfLastWeek_AreReadByAJob()
    {
        var answer = await _rig.ReadAsync(_span);
        answer.ShouldBe(new DetailsAnswer(IsComplete: true, ReachesNow: false, Some.Time, 2, _rig.Taken.Sum(page => page.Conversations.Count), null, null));
        answer.Conversations.ShouldBeGreaterThan(1);
        _rig.Waits.ShouldBe([1, 2]);
        _rig.Genesys.Asked[1].Body.ShouldNotContain("paging");
        _rig.Taken[0].Next.ShouldBe(new DetailsCursor(_span.From, _span.To, 1, _job, "eyJvZmZzZXQiOjF9"));
        _rig.Taken[1].Next.ShouldBe(new DetailsCursor(_span.To, _span.To, 1));
        ShouldNotHaveAsked("/query");
        _rig.Counts["tieline.genesys.queries tieline.query.outcome=job"].ShouldBe(6);
    }

    [Theory]
    [InlineData(24.0, -3.0)] // a day
    [InlineData(48.0, -2.03)] // past the availability
    public async Task ReadAsync_ShortOrTooNew_IsReadByTheQuery(double hours, double daysAgo)
    {
        (await _rig.ReadAsync(DetailsRig.Span(TimeSpan.FromHours(hours), Some.Time.AddDays(daysAgo)))).Conversations.ShouldBe(3);
        ShouldNotHaveAsked("/jobs");
    }

    [Theory]
    [InlineData("GET /jobs/availability", 403)]
    [InlineData("GET /jobs/availability", 500)]
    [InlineData("POST /jobs", 404)]
    [InlineData("POST /jobs", 403)]
    public async Task ReadAsync_NoJobsToBeHad_IsReadByTheQueryWithoutAnAlarm(string call, int status)
    {
        _answers[call] = _ => FakeDetails.Status((HttpStatusCode)status);
        var answer = await _rig.ReadAsync(_span);
        (answer.IsComplete, answer.Conversations).ShouldBe((true, 3));
        await _rig.ReadAsync(_span);
        _rig.Logs.Errors.ShouldBeEmpty();
        _rig.Logs.Count(1043).ShouldBe(1);
    }

    [Theory]
    [InlineData("FAILED")]
    [InlineData("CANCELLED")]
    [InlineData("EXPIRED")]
    [InlineData("ON_STRIKE")]
    public async Task ReadAsync_AJobThatEndsBadly_IsMadeGoodByTheQuery(string state)
    {
        _answers[$"GET /jobs/{_job}"] = _ => State(state);
        (await _rig.ReadAsync(_span)).Conversations.ShouldBe(3);
        _rig.Waits.ShouldBe([1]);
        _rig.Genesys.Paths.ShouldNotContain($"DELETE /jobs/{_job}");
    }

    [Fact]
    public async Task ReadAsync_AJobThatDoesNotEnd_IsDeletedAfterHalfAnHour()
    {
        _answers[$"GET /jobs/{_job}"] = _ => State("QUEUED");
        (await _rig.ReadAsync(_span)).Conversations.ShouldBe(3);
        _rig.Waits.Take(6).ShouldBe([1, 2, 4, 8, 15, 15]);
        _rig.Genesys.Paths.ShouldContain($"DELETE /jobs/{_job}");
        (_rig.Time.GetUtcNow() - Some.Time).ShouldBeInRange(TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(31));
    }

    [Fact]
    public async Task ReadAsync_ResultsInACircle_AreMadeGoodByTheQuery()
    {
        foreach (var path in _answers.Keys.Where(path => path.Contains("results", StringComparison.Ordinal)).ToList())
            _answers[path] = _ => FakeDetails.Page(1, 0, cursor: "eyJvZmZzZXQiOjF9");
        var answer = await _rig.ReadAsync(_span);
        (answer.IsComplete, _rig.Genesys.Paths[^1]).ShouldBe((true, "POST /query"));
    }

    [Fact]
    public async Task ReadAsync_FromAJobsCursor_ReadsOnThere()
    {
        (await _rig.ReadAsync(_span, new DetailsCursor(_span.From, _span.To, 1, _job, "eyJvZmZzZXQiOjF9"))).Pages.ShouldBe(1);
        _rig.Genesys.Paths.ShouldBe(["GET /jobs/availability", $"GET /jobs/{_job}/results?pageSize=100&cursor=eyJvZmZzZXQiOjF9"]);
    }

    [Fact]
    public async Task ReadAsync_FromTheCursorOfAJobThatIsGone_BeginsAnother()
    {
        var cursor = new DetailsCursor(_span.From, _span.To, 1, "gone", "x");
        _answers["GET /jobs/gone/results?pageSize=100&cursor=x"] = _ => FakeDetails.Status(HttpStatusCode.NotFound);
        (await _rig.ReadAsync(_span, cursor)).Pages.ShouldBe(2);
    }

    [Fact]
    public async Task ReadAsync_CancelledWhileTheJobRuns_DeletesIt()
    {
        _answers[$"GET /jobs/{_job}"] = n =>
        {
            if (n == 3)
                _rig.Leaving.Cancel();
            return State("PENDING");
        };
        await Should.ThrowAsync<OperationCanceledException>(_rig.ReadAsync(_span));
        _rig.Genesys.Paths[^1].ShouldBe($"DELETE /jobs/{_job}");
    }

    private void ShouldNotHaveAsked(string start) => _rig.Genesys.Asked.ShouldAllBe(asked => !asked.Path.StartsWith(start, StringComparison.Ordinal) || asked.Path == "/jobs/availability");

    private static HttpResponseMessage State(string state) => FakeDetails.Json($$"""{"state":"{{state}}"}""");
}
