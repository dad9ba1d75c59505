using System.Net;
using System.Text;

namespace Tieline.Tests.Genesys;

/// <summary>Answers what the test says, and keeps what was asked.</summary>
internal sealed class StubHandler : HttpMessageHandler
{
    public List<(HttpRequestMessage Request, string Body)> Requests { get; } = [];

    public Func<int, CancellationToken, Task<HttpResponseMessage>> Answer { get; set; } = (n, _) => Task.FromResult(Granted($"token-{n}", 3600));

    public static HttpResponseMessage Granted(string token, double expiresIn) =>
        Json(HttpStatusCode.OK, FormattableString.Invariant($$"""{"access_token":"{{token}}","token_type":"bearer","expires_in":{{expiresIn}}}"""));

    public static HttpResponseMessage Json(HttpStatusCode status, string body) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add((request, await request.Content!.ReadAsStringAsync(cancellationToken)));
        return await Answer(Requests.Count, cancellationToken);
    }
}
