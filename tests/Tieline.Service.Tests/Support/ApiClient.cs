using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Tieline.Service.Http;

namespace Tieline.Service.Tests.Support;

/// <summary>Asks a <see cref="RunningTieline"/> with its token.</summary>
internal sealed class ApiClient : IDisposable
{
    public ApiClient(Sandbox sandbox)
    {
        Http = new HttpClient { BaseAddress = new Uri(sandbox.Environment["TIELINE_Http__Listen"]) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ConsoleToken.TryRead(sandbox.Environment["TIELINE_DataDirectory"]).ShouldNotBeNull());
    }

    public HttpClient Http { get; }

    /// <summary>Of an answer in lines the last.</summary>
    public async Task<JsonNode> SendAsync(string method, string path, string? body = null, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/{path}");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(status, $"{path} {body} {text}");
        if (!response.IsSuccessStatusCode)
            response.Content.Headers.ContentType!.MediaType.ShouldBe(Problem.ContentType);
        return JsonNode.Parse(response.Content.Headers.ContentType!.MediaType == ApiMedia.Lines ? text.TrimEnd().Split('\n')[^1] : text)!;
    }

    public Task<JsonNode> GetAsync(string path) => SendAsync("GET", path);

    /// <summary>Has what the org tells of fetched, and waits until so many events are in the journal.</summary>
    public async Task BackfillAsync(int events)
    {
        await SendAsync("POST", "backfills", $$"""{"from":"{{FakeOrg.Start.AddMinutes(-1):O}}","to":"{{FakeOrg.Start.AddMinutes(5):O}}"}""", HttpStatusCode.Accepted);
        await UntilAsync(async () => (await GetAsync("events?limit=200"))["events"]!.AsArray().Count >= events);
    }

    /// <summary>Looks until it is so; the test's own limit ends it.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    public void Dispose() => Http.Dispose();
}
