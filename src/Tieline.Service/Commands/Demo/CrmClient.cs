using System.Net.Http.Json;
using System.Text.Json;

namespace Tieline.Service.Commands.Demo;

/// <summary>The sample receiver's own HTTP.</summary>
internal sealed class CrmClient(HttpClient http, Uri url)
{
    /// <returns>Null while it does not answer.</returns>
    public async Task<CrmStats?> StatsAsync(CancellationToken cancellation)
    {
        try
        {
            return await http.GetFromJsonAsync<CrmStats>(new Uri(url, "/stats"), cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>In the order of first arrivals.</summary>
    public async Task<IReadOnlyList<ReceivedRow>> RecordsAsync(CancellationToken cancellation)
    {
        await using var stream = await http.GetStreamAsync(new Uri(url, "/records"), cancellation);
        return await NdJson.ReadAsync<ReceivedRow>(stream, cancellation);
    }

    public async Task SimulateOutageAsync(bool down, CancellationToken cancellation)
    {
        using var response = await http.PostAsync(new Uri(url, down ? "/simulate/down" : "/simulate/up"), null, cancellation);
        response.EnsureSuccessStatusCode();
    }
}
