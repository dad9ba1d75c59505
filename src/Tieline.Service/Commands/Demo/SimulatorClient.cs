using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Tieline.Service.Commands.Demo;

/// <summary>The simulator's control API.</summary>
internal sealed class SimulatorClient(HttpClient http, Uri url, bool hasNoNumbers = false)
{
    /// <returns>Null while it does not answer.</returns>
    public async Task<SimulatorFigures?> FiguresAsync(CancellationToken cancellation)
    {
        try
        {
            return await http.GetFromJsonAsync<SimulatorFigures>(Call("status"), cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The ledger from a sequence on. Without numbers: the facts that happened, numbered as they became known.</summary>
    public async Task<IReadOnlyList<LedgerRow>> LedgerAsync(long from, CancellationToken cancellation)
    {
        await using var stream = await http.GetStreamAsync(Call(hasNoNumbers ? "facts" : $"ledger?from={from}"), cancellation);
        var rows = await NdJson.ReadAsync<LedgerRow>(stream, cancellation);
        return hasNoNumbers ? [.. rows.Select((row, index) => row with { Sequence = index + 1 }).Where(row => row.Sequence >= from)] : rows;
    }

    /// <summary>Makes no more events; sockets stay open.</summary>
    public Task StopAsync(CancellationToken cancellation) => PostAsync("stop", "{}", cancellation);

    /// <summary>Ends every socket without a close frame: 1006.</summary>
    public Task DropSocketsAsync(CancellationToken cancellation) => PostAsync("faults", """{"kind":"abort"}""", cancellation);

    private async Task PostAsync(string call, string json, CancellationToken cancellation)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(Call(call), body, cancellation);
        response.EnsureSuccessStatusCode();
    }

    private Uri Call(string call) => new(url, "/_simulator/" + call);
}
