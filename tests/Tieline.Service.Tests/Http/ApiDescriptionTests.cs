using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Http;

public sealed class ApiDescriptionTests : OrgTests
{
    [Fact]
    public async Task The_document_is_valid_OpenAPI_3_1_and_has_every_route_and_no_other()
    {
        await using var server = await Server.StartAsync();
        var text = await server.Client.GetStringAsync(AdminApi.DescriptionPath, TestContext.Current.CancellationToken);

        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var (document, diagnostic) = await OpenApiDocument.LoadAsync(stream, "json", cancellationToken: TestContext.Current.CancellationToken);

        diagnostic!.Errors.ShouldBeEmpty();
        diagnostic.Warnings.ShouldBeEmpty();
        diagnostic.SpecificationVersion.ShouldBe(OpenApiSpecVersion.OpenApi3_1);
        document!.Security!.ShouldNotBeEmpty();
        var described = document.Paths.SelectMany(path => path.Value.Operations!.Select(operation => $"{operation.Key.Method} {path.Key}")).ToList();
        var routes = server.Endpoints.OfType<RouteEndpoint>().Where(route => route.RoutePattern.RawText!.StartsWith(AdminApi.Path, StringComparison.Ordinal) && route.RoutePattern.RawText != AdminApi.DescriptionPath && !route.RoutePattern.RawText.Contains('*'))
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {route.RoutePattern.RawText![AdminApi.Path.Length..]}"));
        described.ShouldBe(routes, ignoreOrder: true);
        described.Count.ShouldBeGreaterThan(25);
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations!.Values))
        {
            operation.Summary.ShouldNotBeNullOrEmpty();
            (operation.Parameters ?? []).ShouldAllBe(parameter => !string.IsNullOrEmpty(parameter.Description));
        }
    }

    [Fact]
    public async Task Every_GET_answers_as_it_is_described()
    {
        Org.Have(3);
        Org.CrmStatus = 422;
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);
        await api.BackfillAsync(6);
        await ApiClient.UntilAsync(async () => (await api.GetAsync("dead-letters"))["deadLetters"]!.AsArray().Count == 6);
        await ApiClient.UntilAsync(async () => (await api.GetAsync("audit/checkpoints")) is not null && (await api.GetAsync("audit/lines?action=dead-lettered"))["lines"]!.AsArray().Count == 6);
        var span = $"?from={FakeOrg.Start.AddMinutes(-5):yyyy-MM-ddTHH:mm:ss}Z&to={FakeOrg.Start.AddMinutes(5):yyyy-MM-ddTHH:mm:ss}Z";
        var document = await api.GetAsync("openapi.json");
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            if (item!["get"] is not { } get || path is "/events/stream" or "/audit/export")
                continue;
            var asked = path.Replace("{position}", "1", StringComparison.Ordinal).Replace("{number}", "1", StringComparison.Ordinal).Replace("{id}", "c1", StringComparison.Ordinal).Replace("{name}", "crm", StringComparison.Ordinal) + (path == "/completeness" ? span : "");
            var answer = await api.GetAsync(asked[1..]);
            Check(answer, get["responses"]!["200"]!["content"]!["application/json"]!["schema"]!, document, path);
        }

        foreach (var line in (await api.Http.GetStringAsync("/api/v1/audit/export", TestContext.Current.CancellationToken)).TrimEnd().Split('\n'))
            Check(JsonNode.Parse(line)!, new JsonObject { ["$ref"] = "#/components/schemas/AuditFile" }, document, "/audit/export");
        (await api.SendAsync("POST", "audit/verifications"))["report"]!["ok"]!.GetValue<bool>().ShouldBeTrue();
        (await api.SendAsync("POST", "examinations"))["report"]!["checks"]!.AsArray().ShouldNotBeEmpty();
        using var nothing = await api.Http.GetAsync("/api/v1/nothing", TestContext.Current.CancellationToken);
        (nothing.StatusCode, nothing.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.NotFound, Problem.ContentType));
    }

    [Theory]
    [InlineData("events", "events", "position", 6)]
    [InlineData("events?conversation=c1", "events", "position", 2)]
    [InlineData("events?conversation=c1&destination=crm&status=dead", "events", "position", 2)]
    [InlineData("events?destination=crm&status=dead&type=routing.queue", "events", "position", 3)]
    [InlineData("conversations/c1", "events", "position", 2)]
    [InlineData("dead-letters", "deadLetters", "position", 6)]
    [InlineData("gaps", "gaps", "number", 2)]
    [InlineData("audit/lines", "lines", "fact", 14)]
    [InlineData("audit/lines?action=accepted", "lines", "fact", 6)]
    [InlineData("changes", "changes", "fact", 2)]
    public async Task A_list_comes_in_pages_without_a_hole_or_a_repeat(string path, string list, string key, int atLeast)
    {
        Org.Have(3);
        Org.CrmStatus = 422;
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);
        await api.BackfillAsync(6);
        await api.SendAsync("POST", "backfills", $$"""{"from":"{{FakeOrg.Start.AddDays(-2):O}}","to":"{{FakeOrg.Start.AddDays(-1):O}}"}""", HttpStatusCode.Accepted);
        await ApiClient.UntilAsync(async () => (await api.GetAsync("audit/lines?action=gap-filled"))["lines"]!.AsArray().Count == 2 && (await api.GetAsync("audit/lines?action=dead-lettered"))["lines"]!.AsArray().Count == 6);
        var more = path.Contains('?') ? '&' : '?';
        var whole = (await api.GetAsync($"{path}{more}limit=200"))[list]!.AsArray().Select(one => one![key]!.GetValue<long>()).ToList();
        whole.Count.ShouldBeGreaterThanOrEqualTo(atLeast);

        var paged = new List<long>();
        string? cursor = null;
        do
        {
            var page = await api.GetAsync($"{path}{more}limit=1{(cursor is null ? "" : $"&cursor={cursor}")}");
            page[list]!.AsArray().Count.ShouldBeLessThanOrEqualTo(1);
            paged.AddRange(page[list]!.AsArray().Select(one => one![key]!.GetValue<long>()));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);

        paged.ShouldBe(whole);
        (await api.GetAsync("events?conversation=c1&destination=crm&status=delivered"))["events"]!.AsArray().ShouldBeEmpty();
        await api.SendAsync("GET", $"{path}{more}limit=201", null, HttpStatusCode.BadRequest);
        await api.SendAsync("GET", $"{path}{more}cursor=x", null, HttpStatusCode.BadRequest);
    }

    /// <summary>Nothing that is not described, nothing left out that must be there, each of its type.</summary>
    private static void Check(JsonNode? value, JsonNode schema, JsonNode document, string where)
    {
        if (schema["$ref"] is { } reference)
        {
            Check(value, document["components"]!["schemas"]![reference.GetValue<string>().Split('/')[^1]]!, document, where);
            return;
        }

        if (schema["anyOf"] is { } either)
        {
            if (value is not null)
                Check(value, either[0]!, document, where);
            return;
        }

        if (schema["type"] is not { } type)
            return;
        var kinds = type is JsonArray several ? [.. several.Select(one => one!.GetValue<string>())] : (string[])[type.GetValue<string>()];
        var kind = value?.GetValueKind() switch
        {
            null => "null",
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => kinds.Contains("number") || !long.TryParse(value.ToJsonString(), out _) ? "number" : "integer",
            _ => "boolean",
        };
        kinds.ShouldContain(kind, where);
        if (value is JsonArray list)
        {
            foreach (var one in list)
                Check(one, schema["items"]!, document, $"{where}[]");
        }
        else if (value is JsonObject members)
        {
            members.Select(member => member.Key).Except(schema["properties"]!.AsObject().Select(property => property.Key)).ShouldBeEmpty(where);
            (schema["required"]?.AsArray().Select(one => one!.GetValue<string>()) ?? []).Except(members.Select(member => member.Key)).ShouldBeEmpty(where);
            foreach (var (name, member) in members)
                Check(member, schema["properties"]![name]!, document, $"{where}.{name}");
        }
    }
}
