using System.Net.Http.Headers;

namespace Tieline.Benchmarks.EndToEnd;

/// <summary>The limit of delivering: the same body posted over and over, 64 in flight, and nothing else.</summary>
internal static class RawPost
{
    private const int InFlight = 64;

    public static async Task<int> RunAsync(string url, int count)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = InFlight, ActivityHeadersPropagator = null });
        var body = """{"conversationId":"6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01","type":"conversation.state","state":"completed","timestamp":"2026-03-02T09:14:07.218Z","participants":[{"id":"b0a1c2d3-0d0f-4c55-9a0b-2f7f9a7f1a01","role":"customer","identity":"ext-contact-1187"},{"id":"c2d3b0a1-0d0f-4c55-9a0b-2f7f9a7f1a01","role":"agent","identity":"user-7f21"}]}"""u8.ToArray();
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var content = new ByteArrayContent(body);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var response = await http.PostAsync(url, content);
            }
        }));
        return 0;
    }
}
