using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Tieline.Simulator.Tests.Details;

/// <summary>Asks the details API of a rig.</summary>
internal sealed class DetailsClient(Rig rig, string token)
{
    /// <summary>Around the clock that a rig starts with.</summary>
    public const string Day = "2026-03-02T00:00:00.000Z/2026-03-03T00:00:00.000Z";

    /// <summary>Ends its requests.</summary>
    public CancellationToken Patience { get; set; } = rig.Deadline;

    public static async Task<DetailsClient> OfAsync(Rig rig) => new(rig, await rig.TokenAsync());

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, rig.Simulator.ApiUrl + GenesysSimulator.DetailsPath + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await rig.Http.SendAsync(request, Patience);
    }

    public async Task<(int Status, JsonElement Body)> GetAsync(string path) => await ReadAsync(await SendAsync(HttpMethod.Get, path));

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string body) => await ReadAsync(await SendAsync(HttpMethod.Post, path, body));

    /// <param name="more">Members besides interval, beginning with a comma.</param>
    /// <param name="interval">Which time.</param>
    public async Task<JsonElement> QueryAsync(string more = "", string interval = Day)
    {
        var (status, body) = await PostAsync("query", $$"""{"interval":"{{interval}}"{{more}}}""");
        status.ShouldBe(200);
        return body;
    }

    /// <summary>Every page.</summary>
    public async Task<List<JsonElement>> AllAsync(string more = "", string interval = Day)
    {
        var all = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var rows = Rows(await QueryAsync($$""","paging":{"pageSize":100,"pageNumber":{{page}}}{{more}}""", interval));
            all.AddRange(rows);
            if (rows.Count < 100)
            {
                return all;
            }
        }
    }

    public static List<JsonElement> Rows(JsonElement answer) =>
        answer.TryGetProperty("conversations", out var rows) ? [.. rows.EnumerateArray()] : [];

    private static async Task<(int Status, JsonElement Body)> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return ((int)answer.StatusCode, document.RootElement.Clone());
        }
    }
}
