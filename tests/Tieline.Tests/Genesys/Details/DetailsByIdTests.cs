using System.Net;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Details;

public sealed class DetailsByIdTests : IDisposable
{
    private readonly DetailsRig _rig = new();
    private readonly List<string> _taken = [];
    private readonly List<string> _unknown = [];

    [Fact]
    public async Task Fifty_are_asked_for_at_once_and_those_that_genesys_does_not_know_are_told()
    {
        _rig.Genesys.Answer = asked => FakeDetails.Json($$"""{"conversations":[{{string.Join(',', Ids(asked).Where(id => id != "c7").Select(id => $$"""{"conversationId":"{{id}}"}"""))}}]}""");
        var answer = await ReadAsync(Enumerable.Range(1, 120).Select(number => $"c{number}"));
        (answer.IsComplete, answer.Pages, answer.Conversations).ShouldBe((true, 3, 119));
        _taken.ShouldBe(Enumerable.Range(1, 120).Where(number => number != 7).Select(number => $"c{number}"));
        _unknown.ShouldBe(["c7"]);
    }

    [Fact]
    public async Task Where_several_at_once_are_refused_they_are_asked_for_one_by_one_and_soon_only_so()
    {
        _rig.Genesys.Answer = asked => asked.Path[0] == '?' ? FakeDetails.Status(HttpStatusCode.NotFound)
            : asked.Path.Contains("/c2/", StringComparison.Ordinal) ? FakeDetails.Status(HttpStatusCode.NotFound)
            : FakeDetails.Json($$"""{"conversationId":"{{asked.Path.Split('/')[^2]}}"}""");
        var answer = await ReadAsync(Enumerable.Range(1, 200).Select(number => $"c{number}"));
        answer.IsComplete.ShouldBeTrue(answer.Problem);
        _taken.Count.ShouldBe(199);
        _unknown.ShouldBe(["c2"]);
        _rig.Genesys.Asked.Count(asked => asked.Path[0] == '?').ShouldBe(2);
    }

    [Fact]
    public async Task One_that_is_refused_keeps_nobody_from_the_others()
    {
        _rig.Genesys.Answer = asked => asked.Path[0] == '?' || asked.Path.Contains("/c2/", StringComparison.Ordinal) ? FakeDetails.Status(HttpStatusCode.Forbidden)
            : FakeDetails.Json($$"""{"conversationId":"{{asked.Path.Split('/')[^2]}}"}""");
        var answer = await ReadAsync(["c1", "c2", "c3"]);
        answer.IsComplete.ShouldBeTrue(answer.Problem);
        answer.Refused.ShouldBe(1);
        (_taken.Count, _unknown.Count).ShouldBe((2, 0));
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, 6)]
    [InlineData(HttpStatusCode.TooManyRequests, 1)]
    public async Task Trouble_ends_the_read_and_is_told(HttpStatusCode status, int calls)
    {
        _rig.Genesys.Answer = _ => status == HttpStatusCode.TooManyRequests ? FakeDetails.Status(status, retryAfter: "600") : FakeDetails.Status(status);
        var answer = await ReadAsync(Enumerable.Range(1, 200).Select(number => $"c{number}"));
        answer.IsComplete.ShouldBeFalse();
        answer.Problem.ShouldNotBeNull().ShouldContain(((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture));
        _rig.Genesys.Asked.Count.ShouldBe(calls);
        (_taken.Count, _unknown.Count).ShouldBe((0, 0));
    }

    public void Dispose() => _rig.Dispose();

    private static string[] Ids(Asked asked) => Uri.UnescapeDataString(asked.Path["?id=".Length..]).Split(',');

    private Task<DetailsAnswer> ReadAsync(IEnumerable<string> ids) => _rig.PassAsync(Task.Run(() => _rig.Reader.ReadAsync(
        ids,
        (page, _) =>
        {
            _taken.AddRange(page.Conversations.Select(conversation => conversation.GetProperty("conversationId").GetString()!));
            return ValueTask.CompletedTask;
        },
        _unknown.Add,
        TestContext.Current.CancellationToken)));
}
