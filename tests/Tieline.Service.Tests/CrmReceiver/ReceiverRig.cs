extern alias receiver;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;
using receiver::CrmReceiver;

namespace Tieline.Service.Tests.CrmReceiver;

/// <summary>The sample receiver on a real socket, with a clock that stands still.</summary>
internal sealed class ReceiverRig : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ReceiverRig(WebApplication app, FakeTimeProvider clock)
    {
        _app = app;
        Clock = clock;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public FakeTimeProvider Clock { get; }

    public HttpClient Client { get; }

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public static async Task<ReceiverRig> StartAsync(params string[] args)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 9, 15, 0, TimeSpan.Zero));
        var app = ReceiverApp.Create(["--urls", "http://127.0.0.1:0", .. args], clock);
        await app.StartAsync(Ending);
        return new ReceiverRig(app, clock);
    }

    public static string Body(string conversationId = "c1", string state = "completed", string timestamp = "2026-03-02T09:14:07.218Z") =>
        $$"""{"conversationId":"{{conversationId}}","type":"conversation.state","state":"{{state}}","timestamp":"{{timestamp}}","participants":[{"id":"p1","role":"customer","identity":"ext-contact-1187"}]}""";

    public async Task<HttpResponseMessage> PostAsync(string? id, string body, string contentType = "application/json", params (string Name, string Value)[] headers)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/tieline") { Content = content };
        if (id is not null)
            request.Headers.Add("webhook-id", id);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await Client.SendAsync(request, Ending);
    }

    public Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(path, Ending);

    public Task SimulateAsync(string what) => Client.PostAsync($"/simulate/{what}", null, Ending);

    public async Task<JsonElement> StatsAsync() => await Client.GetFromJsonAsync<JsonElement>("/stats", Ending);

    public async Task<IReadOnlyList<JsonElement>> RecordsAsync() =>
        [.. (await Client.GetStringAsync("/records", Ending)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
