using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Http;
using Tieline.Storage;

namespace Tieline.Service.Commands;

/// <summary>Asks the Tieline that holds the data directory, over its API.</summary>
internal sealed class ServiceClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _address;

    public ServiceClient(DataLocation location, TielineOptions options)
    {
        // Before the token goes to the address that is noted there: both can be somebody else's where others can write.
        if (FolderTrust.Find(location.Directory, user: null) is { } problem)
            throw new StartupException($"Cannot use data directory '{location.Directory}': {problem}");
        _address = ServiceAddress.Find(location.Directory, options.Http);
        var token = ConsoleToken.TryRead(location.Directory)
            ?? throw new StartupException($"A Tieline runs with '{location.Directory}', but has left no token for its API there: it is just starting, or an older one. Try again, or restart it.");
#pragma warning disable CA2000 // the client's from here on
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) };
#pragma warning restore CA2000
        _http = new HttpClient(handler) { BaseAddress = _address, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _http.DefaultRequestHeaders.Host = ServiceAddress.HostHeader(_address, options.Http);
    }

    /// <summary>The one that runs with the configured data directory.</summary>
    /// <exception cref="StartupException">None runs.</exception>
    public static ServiceClient OfRunning(TielineOptions options, CommandContext context)
    {
        var location = DataLocation.Find(options.DataDirectory, context);
        return location.IsInUse ? new ServiceClient(location, options) : throw new StartupException($"No Tieline runs with '{location.Directory}'.");
    }

    /// <returns>The number of the gap that stands for the span.</returns>
    public async Task<long> BackfillAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Post, "backfills", Span(from, to), cancellation);
        return (await JsonAsync(response, cancellation))["gap"]!.GetValue<long>();
    }

    /// <param name="asked">JSON, as <see cref="FilterRequest"/> reads it.</param>
    public async Task<JsonObject> PreviewAsync(string asked, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Post, "filter/preview", JsonNode.Parse(asked)!.AsObject(), cancellation);
        return await JsonAsync(response, cancellation);
    }

    public async Task<JsonObject> GapAsync(long number, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Get, $"gaps/{number}", null, cancellation);
        return await JsonAsync(response, cancellation);
    }

    /// <summary>Asks for something.</summary>
    /// <param name="path">Below the API's.</param>
    public async Task<JsonObject> GetAsync(string path, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellation);
        return await JsonAsync(response, cancellation);
    }

    /// <summary>Has something done that is done at once; it is told who asks.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async Task<JsonObject> PostAsync(string path, JsonObject body, CancellationToken cancellation)
    {
        body["by"] = Environment.UserName;
        using var response = await SendAsync(HttpMethod.Post, path, body, cancellation);
        return await JsonAsync(response, cancellation);
    }

    /// <summary>Server-sent events, until the connection ends.</summary>
    /// <exception cref="StartupException">The connection broke.</exception>
    /// <inheritdoc cref="GetAsync"/>
    public async IAsyncEnumerable<SseItem<string>> StreamAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        await using var items = SseParser.Create(stream).EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
        while (await MovesAsync(items))
            yield return items.Current;
    }

    /// <param name="progress">Told of the figures so far.</param>
    /// <returns>The report.</returns>
    public async Task<JsonObject> ReconcileAsync(DateTimeOffset from, DateTimeOffset to, bool repair, Action<JsonObject> progress, CancellationToken cancellation)
    {
        var body = Span(from, to);
        body["repair"] = repair;
        return await FollowAsync("reconciliations", body, progress, cancellation);
    }

    /// <summary>Has something done that answers in lines.</summary>
    /// <inheritdoc cref="ReconcileAsync"/>
    public async Task<JsonObject> FollowAsync(string path, JsonObject body, Action<JsonObject> progress, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Post, path, body, cancellation);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            using var lines = new StreamReader(stream);
            while (await lines.ReadLineAsync(cancellation) is { } line)
            {
                var read = JsonNode.Parse(line)!.AsObject();
                if (read["report"] is { } report)
                    return report.DeepClone().AsObject();
                if (read["problem"] is { } problem)
                    throw new StartupException(problem.GetValue<string>());
                if (read["progress"] is { } figures)
                    progress(figures.AsObject());
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            throw new StartupException($"Tieline at {_address} broke off its answer: {e.Message}", e);
        }

        throw new StartupException($"Tieline at {_address} broke off its answer; its log says more.");
    }

    public void Dispose() => _http.Dispose();

    private async Task<bool> MovesAsync(IAsyncEnumerator<SseItem<string>> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new StartupException($"Tieline at {_address} broke off its answer: {e.Message}", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, $"{AdminApi.Path}/{path}");
        if (body is not null)
            request.Content = JsonContent.Create(body);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new StartupException($"A Tieline runs with this data directory, but does not answer at {_address} ({e.HttpRequestError}). Is Http:Listen the same there and here?", e);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new StartupException($"Tieline at {_address} refuses: {await ReasonAsync(response, cancellation)}");
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            var problem = await JsonAsync(response, cancellation);
            return (problem["detail"] ?? problem["error"])?.GetValue<string>() ?? $"{(int)response.StatusCode}";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return response.StatusCode == HttpStatusCode.NotFound ? "it does not know what was asked; is it older?" : $"{(int)response.StatusCode}";
        }
    }

    private static async Task<JsonObject> JsonAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        await response.Content.ReadFromJsonAsync<JsonObject>(cancellation) ?? throw new JsonException("nothing");

    private static JsonObject Span(DateTimeOffset from, DateTimeOffset to) => new() { ["from"] = EventTime.ToText(from), ["to"] = EventTime.ToText(to), ["by"] = Environment.UserName };
}
