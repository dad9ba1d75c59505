using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.Http;
using Tieline.TestKit;
using Tieline.Tests.Delivery;
using Tieline.Tests.Genesys;
using Tieline.Tests.Genesys.Details;
using Asked = Tieline.Http.Asked;

namespace Tieline.Tests.Http;

/// <summary>The table of answers: the document and the code say the same, and each row is what happens.</summary>
public sealed partial class AnswerTableTests
{
    private const string Page = "<!doctype html><title>Sign in</title>";

    /// <summary>Each row, by an answer that it covers, and what that comes to.</summary>
    private static readonly (Asked Asked, int Status, AnswerSigns With, string Outcome)[] _cases =
    [
        (Asked.Destination, 200, AnswerSigns.Html, "HtmlPage 200"),
        (Asked.Destination, 200, AnswerSigns.FailureInside, "Rejected 200"),
        (Asked.Destination, 201, AnswerSigns.FailureInside, "Rejected 201"),
        (Asked.Destination, 207, AnswerSigns.FailureInside, "Rejected 207"),
        (Asked.Destination, 202, AnswerSigns.FailureInside, "Accepted 202"),
        (Asked.Destination, 204, AnswerSigns.None, "Accepted 204"),
        (Asked.Destination, 409, AnswerSigns.RetryAfter, "InProgress 409 after 6"),
        (Asked.Destination, 409, AnswerSigns.InProgress, "InProgress 409"),
        (Asked.Destination, 409, AnswerSigns.AfterUnseen, "Accepted 409"), // once: ConflictTests
        (Asked.Destination, 409, AnswerSigns.None, "Accepted 409"),
        (Asked.Destination, 409, AnswerSigns.Html, "Accepted 409"),
        (Asked.Destination, 300, AnswerSigns.None, "Rejected 300"),
        (Asked.Destination, 400, AnswerSigns.RetryAfter, "Rejected 400"),
        (Asked.Destination, 413, AnswerSigns.None, "Rejected 413"),
        (Asked.Destination, 415, AnswerSigns.None, "Rejected 415"),
        (Asked.Destination, 422, AnswerSigns.Html, "Rejected 422"),
        (Asked.Destination, 401, AnswerSigns.None, "Misconfigured 401"),
        (Asked.Destination, 403, AnswerSigns.None, "Misconfigured 403"),
        (Asked.Destination, 404, AnswerSigns.None, "Misconfigured 404"),
        (Asked.Destination, 410, AnswerSigns.None, "Misconfigured 410"),
        (Asked.Destination, 408, AnswerSigns.None, "Throttled 408"),
        (Asked.Destination, 425, AnswerSigns.None, "Throttled 425"),
        (Asked.Destination, 429, AnswerSigns.RetryAfter, "Throttled 429 after 6"),
        (Asked.Destination, 502, AnswerSigns.None, "ServerFailed 502 unseen"),
        (Asked.Destination, 504, AnswerSigns.RetryAfter, "ServerFailed 504 after 6 unseen"),
        (Asked.Destination, 520, AnswerSigns.None, "ServerFailed 520 unseen"),
        (Asked.Destination, 524, AnswerSigns.None, "ServerFailed 524 unseen"),
        (Asked.Destination, 302, AnswerSigns.None, "ServerFailed 302"),
        (Asked.Destination, 418, AnswerSigns.None, "ServerFailed 418"),
        (Asked.Destination, 503, AnswerSigns.RetryAfter, "ServerFailed 503 after 6"),
        (Asked.DestinationToken, 200, AnswerSigns.Html, "HtmlPage 200"),
        (Asked.DestinationToken, 200, AnswerSigns.Unreadable, "ServerFailed"),
        (Asked.DestinationToken, 200, AnswerSigns.None, "Accepted 200"),
        (Asked.DestinationToken, 400, AnswerSigns.None, "Misconfigured 400"),
        (Asked.DestinationToken, 401, AnswerSigns.None, "Misconfigured 401"),
        (Asked.DestinationToken, 403, AnswerSigns.None, "Misconfigured 403"),
        (Asked.DestinationToken, 404, AnswerSigns.None, "Misconfigured 404"),
        (Asked.DestinationToken, 410, AnswerSigns.None, "Misconfigured 410"),
        (Asked.DestinationToken, 429, AnswerSigns.RetryAfter, "Throttled 429 after 6"),
        (Asked.DestinationToken, 408, AnswerSigns.None, "Throttled 408"),
        (Asked.DestinationToken, 425, AnswerSigns.None, "Throttled 425"),
        (Asked.DestinationToken, 503, AnswerSigns.RetryAfter, "ServerFailed 503 after 6"),
        (Asked.DestinationToken, 302, AnswerSigns.None, "ServerFailed 302"),
        (Asked.GenesysToken, 200, AnswerSigns.Html, "Unavailable HTML"),
        (Asked.GenesysToken, 200, AnswerSigns.Unreadable, "Unavailable"),
        (Asked.GenesysToken, 200, AnswerSigns.None, "Granted"),
        (Asked.GenesysToken, 400, AnswerSigns.None, "Refused"),
        (Asked.GenesysToken, 401, AnswerSigns.None, "Refused"),
        (Asked.GenesysToken, 403, AnswerSigns.None, "Refused"),
        (Asked.GenesysToken, 404, AnswerSigns.None, "Unavailable"),
        (Asked.GenesysToken, 503, AnswerSigns.RetryAfter, "Unavailable after 6"),
        (Asked.GenesysDetails, 200, AnswerSigns.Html, "Retry HTML"),
        (Asked.GenesysDetails, 200, AnswerSigns.Unreadable, "Retry"),
        (Asked.GenesysDetails, 200, AnswerSigns.None, "Page"),
        (Asked.GenesysDetails, 401, AnswerSigns.Again, "Refused"),
        (Asked.GenesysDetails, 401, AnswerSigns.None, "Refused"), // DetailsClientTests: with a fresh token first
        (Asked.GenesysDetails, 408, AnswerSigns.None, "Retry"),
        (Asked.GenesysDetails, 429, AnswerSigns.RetryAfter, "Retry after 6"),
        (Asked.GenesysDetails, 500, AnswerSigns.None, "Retry"),
        (Asked.GenesysDetails, 503, AnswerSigns.RetryAfter, "Retry after 6"),
        (Asked.GenesysDetails, 302, AnswerSigns.None, "Refused"),
        (Asked.GenesysDetails, 403, AnswerSigns.None, "Refused"),
        (Asked.GenesysDetails, 400, AnswerSigns.None, "Refused"),
        (Asked.GenesysChannels, 200, AnswerSigns.Html, "Retry HTML"),
        (Asked.GenesysChannels, 200, AnswerSigns.Unreadable, "Retry"),
        (Asked.GenesysChannels, 200, AnswerSigns.None, "Ok"),
        (Asked.GenesysChannels, 401, AnswerSigns.Again, "Refused"),
        (Asked.GenesysChannels, 401, AnswerSigns.None, "Refused"), // NotificationSourceTests: with a fresh token first
        (Asked.GenesysChannels, 404, AnswerSigns.None, "Gone"),
        (Asked.GenesysChannels, 408, AnswerSigns.None, "Retry"),
        (Asked.GenesysChannels, 429, AnswerSigns.RetryAfter, "Retry after 6"),
        (Asked.GenesysChannels, 502, AnswerSigns.None, "Retry"),
        (Asked.GenesysChannels, 403, AnswerSigns.None, "Refused"),
        (Asked.GenesysChannels, 302, AnswerSigns.None, "Refused"),
        (Asked.StreamHandshake, 101, AnswerSigns.None, "Read"),
        (Asked.StreamHandshake, 401, AnswerSigns.None, "Misconfigured"),
        (Asked.StreamHandshake, 403, AnswerSigns.None, "Misconfigured"),
        (Asked.StreamHandshake, 503, AnswerSigns.RetryAfter, "ServerFailed"),
        (Asked.StreamHandshake, 200, AnswerSigns.Html, "ServerFailed"),
        (Asked.ChannelHandshake, 101, AnswerSigns.None, "Read"),
        (Asked.ChannelHandshake, 429, AnswerSigns.None, "ServerFailed"),
        (Asked.ChannelHandshake, 503, AnswerSigns.None, "ServerFailed"),
        (Asked.ChannelHandshake, 404, AnswerSigns.None, "Gone"),
    ];

    public static TheoryData<int, string> Cases()
    {
        var data = new TheoryData<int, string>();
        foreach (var (index, one) in _cases.Index())
            data.Add(index, $"{one.Asked} {one.Status} {one.With}");
        return data;
    }

    [Fact]
    public void The_document_has_the_same_rows_in_the_same_order()
    {
        var document = from line in File.ReadLines(Repository.FileNamed("docs/formats/answers.md")).SkipWhile(line => line != "## The table").TakeWhile(line => !line.StartsWith("No answer", StringComparison.Ordinal))
                       let cells = line.Split('|', StringSplitOptions.TrimEntries)
                       where cells.Length == 7 && cells[1] is not ("asked" or "---")
                       select (string.Join(" | ", cells[1..5]), cells[5].Length > 0);
        document.ShouldBe(AnswerTable.Rows.Select(row => ($"{Words(row.Asked)} | {row.Status} | {(row.With == AnswerSigns.None ? "" : Words(row.With))} | {Words(row.Meaning)}", true)));
    }

    [Fact]
    public void The_document_lists_the_words_of_a_request_in_progress()
    {
        var line = File.ReadLines(Repository.FileNamed("docs/formats/answers.md")).Single(line => line.StartsWith("- **In progress**", StringComparison.Ordinal));
        Quoted().Matches(line[line.IndexOf("in any case", StringComparison.Ordinal)..]).Select(match => match.Groups[1].Value).ShouldBe(InProgress.Words);
    }

    [Fact]
    public void Every_status_has_a_row()
    {
        foreach (var asked in Enum.GetValues<Asked>())
        {
            for (var status = 100; status < 1000; status++)
                Should.NotThrow(() => AnswerTable.Of(asked, status), $"{asked} {status}");
        }
    }

    [Fact]
    public void Every_status_that_a_row_names_is_tried()
    {
        foreach (var row in AnswerTable.Rows)
        {
            var tried = _cases.Where(one => one.Asked == row.Asked && RowOf(one) == row).Select(one => one.Status).ToList();
            tried.ShouldNotBeEmpty(row.ToString());
            if (!row.Status.Contains("xx", StringComparison.Ordinal) && row.Statuses is { } statuses)
                tried.Distinct().ShouldBe(statuses, ignoreOrder: true, row.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Each_row_is_what_happens(int index, string name)
    {
        var (asked, status, with, outcome) = _cases[index];
        (await (asked switch
        {
            Asked.Destination => ToDestinationAsync(() => Answer(status, with, """{"id":1}""")),
            Asked.DestinationToken => ToDestinationTokenAsync(() => Answer(status, with, """{"access_token":"t","token_type":"Bearer","expires_in":600}""")),
            Asked.GenesysToken => ToGenesysTokenAsync(() => Answer(status, with, """{"access_token":"t","token_type":"Bearer","expires_in":600}""")),
            Asked.GenesysDetails => ToDetailsAsync(() => Answer(status, with, """{"conversations":[],"totalHits":0}""")),
            Asked.GenesysChannels => ToChannelsAsync(() => Answer(status, with, """{"entities":[]}""")),
            _ => Task.FromResult(AnswerTable.Of(asked, status, with).ToString()), // AnalyticsStreamTests, NotificationSourceTests
        })).ShouldBe(outcome, name);
    }

    /// <summary>A look at a channel has no body: the type's name must do.</summary>
    [Fact]
    public async Task A_channel_that_is_looked_at_by_HEAD_is_not_alive_because_a_login_page_is()
    {
        var channel = new NotificationChannel(new Secret("c1"), new Secret("wss://x/"), Some.Time, null!);
        var client = Channels(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) { Headers = { ContentType = new("text/html") } } });
        (await client.VerifyAsync(channel, TestContext.Current.CancellationToken)).ShouldBeOfType<ChannelOutcome<NotificationChannel>.Retry>().Reason.ShouldContain("HTML");
    }

    private static AnswerRow RowOf((Asked Asked, int Status, AnswerSigns With, string) one) =>
        AnswerTable.Rows.First(row => row.Asked == one.Asked && row.Covers(one.Status, one.With));

    private static string Words(Enum name) => Capital().Replace(name.ToString(), " $1").Trim().ToLowerInvariant().Replace("genesys", "Genesys", StringComparison.Ordinal);

    private static HttpResponseMessage Answer(int status, AnswerSigns with, string good)
    {
        var (type, body) = with switch
        {
            AnswerSigns.Html => ("text/html", Page),
            AnswerSigns.InProgress => ("application/problem+json", """{"title":"A request is outstanding for this Idempotency-Key"}"""),
            AnswerSigns.FailureInside => ("application/json", """{"result":[{"status":"error","error_message":"no such row"}],"numErrors":1}"""),
            AnswerSigns.Unreadable => ("application/json", "[]"),
            _ => ("application/json", status < 300 ? good : "{}"),
        };
        var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, type) };
        if (with == AnswerSigns.RetryAfter)
            answer.Headers.TryAddWithoutValidation("Retry-After", "5.5");
        return answer;
    }

    private static async Task<string> ToDestinationAsync(Func<HttpResponseMessage> answer)
    {
        using var metrics = new TielineMetrics();
        using var http = new HttpMessageInvoker(new Answering(_ => answer()));
        var options = new DestinationOptions { Url = new Uri("https://crm.example/hook") };
        return Text(await new Destination(options, http, new WebhookRequestFactory(options, "test"), TimeProvider.System, metrics).SendAsync(Entries.Entry(1), TestContext.Current.CancellationToken));
    }

    private static async Task<string> ToDestinationTokenAsync(Func<HttpResponseMessage> answer)
    {
        using var metrics = new TielineMetrics();
        using var http = new HttpMessageInvoker(new Answering(request => request.RequestUri!.Host == "login.example" ? answer() : new HttpResponseMessage(HttpStatusCode.OK)));
        var options = new DestinationOptions
        {
            Url = new Uri("https://crm.example/hook"),
            Authentication = new AuthenticationOptions { Type = AuthenticationType.OAuth2, TokenUrl = new Uri("https://login.example/token"), ClientId = "id", ClientSecret = new Secret("secret") },
        };
        var credentials = Credentials.Create(options, http, TimeProvider.System, NullLogger.Instance);
        return Text(await new Destination(options, http, new WebhookRequestFactory(options, "test"), TimeProvider.System, metrics, credentials: credentials).SendAsync(Entries.Entry(1), TestContext.Current.CancellationToken));
    }

    private static async Task<string> ToGenesysTokenAsync(Func<HttpResponseMessage> answer)
    {
        using var metrics = new TielineMetrics();
        using var http = new HttpMessageInvoker(new Answering(_ => answer()));
        return await Tokens(http, metrics).GetAsync(TestContext.Current.CancellationToken) switch
        {
            TokenOutcome.Unavailable unavailable => "Unavailable" + After(unavailable.RetryAfter) + Html(unavailable.Reason),
            var outcome => outcome.GetType().Name,
        };
    }

    private static async Task<string> ToDetailsAsync(Func<HttpResponseMessage> answer)
    {
        using var rig = new DetailsRig();
        rig.Genesys.Answer = _ => answer();
        var outcome = await rig.Client.QueryAsync(new DetailsQuery(DetailsRig.Span(), 1), TestContext.Current.CancellationToken);
        (outcome as DetailsOutcome.Page)?.Content.Dispose();
        return outcome is DetailsOutcome.Retry retry ? "Retry" + After(retry.After) + Html(retry.Reason) : outcome.GetType().Name;
    }

    private static async Task<string> ToChannelsAsync(Func<HttpResponseMessage> answer)
    {
        var outcome = await Channels(answer).ListAsync(TestContext.Current.CancellationToken);
        return outcome is ChannelOutcome<IReadOnlyList<ListedChannel>>.Retry retry ? "Retry" + After(retry.After) + Html(retry.Reason) : outcome.GetType().Name;
    }

    private static ChannelClient Channels(Func<HttpResponseMessage> answer)
    {
        var http = new HttpMessageInvoker(new Answering(request => request.RequestUri!.AbsolutePath == "/oauth/token" ? StubHandler.Granted("t", 3600) : answer()));
        var options = new GenesysOptions();
        return new ChannelClient(new Uri("https://api.example"), ConnectUriRule.Of(options), Tokens(http, new TielineMetrics()), http, new RestBudget(TimeProvider.System, 3000), TimeProvider.System);
    }

    private static TokenProvider Tokens(HttpMessageInvoker http, TielineMetrics metrics) => new(
        new GenesysOptions { ClientId = "id", ClientSecret = new Secret("secret") }, new Uri("https://api.example/oauth/token"), http, new RestBudget(TimeProvider.System, 3000), TimeProvider.System, metrics, NullLogger<TokenProvider>.Instance);

    private static string Text(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Accepted accepted => $"Accepted {accepted.Status}",
        DeliveryOutcome.Rejected rejected => $"Rejected {rejected.Status}",
        DeliveryOutcome.BackOff backOff => $"{backOff.Reason}{(backOff.Status is { } status ? $" {status}" : "")}{After(backOff.Hold)}{(backOff.IsUnseen ? " unseen" : "")}",
        _ => outcome.ToString(),
    };

    private static string After(TimeSpan? wait) => wait is { } time ? $" after {time.TotalSeconds}" : "";

    private static string Html(string reason) => reason.Contains("HTML", StringComparison.Ordinal) ? " HTML" : "";

    [GeneratedRegex("(?<letter>[A-Z])", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Capital();

    [GeneratedRegex("`(?<word>[^`]+)`", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Quoted();

    private sealed class Answering(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
