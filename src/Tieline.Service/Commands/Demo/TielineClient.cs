using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Tieline.Service.Http;

namespace Tieline.Service.Commands.Demo;

/// <summary>Asks Tieline over the same HTTP that its operator has.</summary>
internal sealed class TielineClient(HttpClient http, Uri url)
{
    private const string PrometheusType = "text/plain";

    /// <returns>Null while it does not answer.</returns>
    public async Task<TielineFigures?> FiguresAsync(CancellationToken cancellation)
    {
        try
        {
            var json = await http.GetFromJsonAsync<JsonElement>(new Uri(url, "/metrics"), cancellation);
            return new TielineFigures(
                json.GetProperty("eventsReceived").GetInt64(),
                json.GetProperty("totalEvents").GetInt64(),
                json.GetProperty("waiting") is { ValueKind: JsonValueKind.Number } waiting ? waiting.GetInt64() : null,
                json.GetProperty("sequenceGaps").GetInt64(),
                json.GetProperty("lastSequence").GetInt64(),
                json.GetProperty("connectionUptime").GetDouble() > 0);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>A link that signs one browser in, once. It may stand wherever the demo's words go: what it opens is made up and ends with the demo.</summary>
    /// <returns>Null while it does not answer.</returns>
    public async Task<string?> ConsoleLinkAsync(string token, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url, $"{AdminApi.Path}/sign-in-links"))
        {
            Content = JsonContent.Create(new { seconds = (int)SignInCodes.Longest.TotalSeconds }),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            return response.IsSuccessStatusCode ? (await response.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("url").GetString() : null;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Both forms of /metrics, to be searched.</summary>
    public async Task<string> AllMetricsAsync(CancellationToken cancellation) =>
        await http.GetStringAsync(new Uri(url, "/metrics"), cancellation) + await PrometheusAsync(cancellation);

    private async Task<string> PrometheusAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, "/metrics"));
        request.Headers.Accept.ParseAdd(PrometheusType);
        using var response = await http.SendAsync(request, cancellation);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(cancellation);
    }
}
