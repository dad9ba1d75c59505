using System.Net.Http.Json;
using System.Text.Json;
using Tieline.Simulator;

namespace Tieline.Benchmarks.EndToEnd;

/// <summary>The two ends, in this process; a contender runs between them in its own.</summary>
internal sealed class Rig : IAsyncDisposable
{
    public const string ClientId = "bench";
    public const string ClientSecret = "bench-secret";

    private Rig(GenesysSimulator genesys, CrmSimulator crm) => (Genesys, Crm) = (genesys, crm);

    public GenesysSimulator Genesys { get; }

    public CrmSimulator Crm { get; }

    public static async Task<Rig> StartAsync(double rate, double passing, long? maxEvents = null, bool record = false) => new(
        await GenesysSimulator.StartAsync(new GenesysSimulatorOptions
        {
            ClientId = ClientId,
            ClientSecret = ClientSecret,
            Rate = rate,
            Passing = passing,
            MaxEvents = maxEvents,
            Ledger = record,
        }),
        await CrmSimulator.StartAsync(new CrmSimulatorOptions { Record = record, RecordHeaders = false }));

    /// <summary>A token of the simulator's, for a yardstick that does not fetch its own.</summary>
    public async Task<string> TokenAsync()
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["client_id"] = ClientId, ["client_secret"] = ClientSecret, ["grant_type"] = "client_credentials" });
        using var answer = await http.PostAsync(new Uri(Genesys.TokenUrl), form);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    public async Task WaitForSubscriberAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        await Genesys.WaitForAsync(status => status.Subscribed > 0, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Genesys.DisposeAsync();
        await Crm.DisposeAsync();
    }
}
