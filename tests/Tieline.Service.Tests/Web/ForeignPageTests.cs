using System.Net;
using System.Text;
using Tieline.Service.Tests.Support;
using Tieline.Service.Web.Access;

namespace Tieline.Service.Tests.Web;

/// <summary>What another site's page can have an operator's browser do: nothing. The browser sends the cookie along, as it does to a sibling host and to every port.</summary>
public sealed class ForeignPageTests : OrgTests
{
    private static readonly (string Name, string Value)[][] _foreign =
    [
        [("Origin", "http://127.0.0.1:4000")], [("Origin", "http://wiki.corp.example")], [("Origin", "https://evil.example")], [("Origin", "null")],
        [("Sec-Fetch-Site", "same-site")], [("Sec-Fetch-Site", "cross-site")], [("Origin", "http://127.0.0.1:4000"), ("Sec-Fetch-Site", "same-origin")],
    ];

    [Fact]
    public async Task A_foreign_page_opens_no_circuit_with_an_operators_cookie()
    {
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var visitor = new Visitor(Sandbox);
        await visitor.EnterAsync();

        foreach (var headers in _foreign)
        {
            var said = string.Join(", ", headers);
            (await visitor.SocketAsync(headers)).ShouldBe(HttpStatusCode.Forbidden, said);
            using var negotiated = await visitor.SendAsync(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1", null, null, headers);
            negotiated.StatusCode.ShouldBe(HttpStatusCode.Forbidden, said);
        }

        (await visitor.SocketAsync(("Origin", visitor.Site.GetLeftPart(UriPartial.Authority)), ("Sec-Fetch-Site", "same-origin"))).ShouldBe(HttpStatusCode.SwitchingProtocols, "the console's own page");
    }

    [Fact]
    public async Task A_foreign_page_changes_nothing_and_the_refusal_says_what_to_do_and_is_on_record_once()
    {
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var visitor = new Visitor(Sandbox);
        using var api = new ApiClient(Sandbox);
        await visitor.EnterAsync();

        foreach (var headers in _foreign)
        {
            foreach (var path in (string[])["/logout", SignIn.Path, "/api/v1/backfills", "/events", "/nothing"])
            {
                using var refused = await visitor.SendAsync(HttpMethod.Post, path, null, null, headers);
                refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{path}: {string.Join(", ", headers)}");
                (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("Http:PublicUrl");
            }

            using var export = await visitor.GetAsync("/trust/export", null, headers);
            export.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            using var asked = new HttpRequestMessage(HttpMethod.Post, "/api/v1/destinations/crm/pause") { Content = new StringContent("""{"reason":"owned"}""", Encoding.UTF8, "application/json") };
            foreach (var (name, value) in headers)
                asked.Headers.TryAddWithoutValidation(name, value);
            using var paused = await api.Http.SendAsync(asked, TestContext.Current.CancellationToken);
            paused.StatusCode.ShouldBe(HttpStatusCode.Forbidden, "with the right token too: no page has it rightly");
        }

        (await visitor.TextAsync("/")).ShouldContain(ConsoleRoles.Operator, Case.Sensitive, "the session goes on");
        (await api.GetAsync("destinations/crm"))["pause"].ShouldBeNull();
        await ApiClient.UntilAsync(async () => (await api.GetAsync("audit/lines?action=access-refused"))["lines"]!.AsArray().Count > 0);
        (await api.GetAsync("changes"))["changes"]!.AsArray().Count(line => line!["action"]!.GetValue<string>() == "access-refused" && line["detail"]!["what"]!.GetValue<string>() == "origin").ShouldBe(1, "strangers do not fill the log");
    }
}
