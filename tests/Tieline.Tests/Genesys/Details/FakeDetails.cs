using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Tieline.Tests.Genesys.Details;

/// <summary>A token endpoint and the details API, told by the test what to answer. Keeps what was asked of the latter.</summary>
internal sealed class FakeDetails : HttpMessageHandler
{
    private readonly ConcurrentQueue<Asked> _asked = new();
    private int _tokens;

    public IReadOnlyList<Asked> Asked => [.. _asked];

    public IReadOnlyList<string> Paths => [.. _asked.Select(asked => $"{asked.Method} {asked.Path}")];

    public int TokensGranted => Volatile.Read(ref _tokens);

    public Func<Asked, HttpResponseMessage> Answer { get; set; } = _ => Page(0, 0);

    /// <summary>What the token endpoint answers in place of a token.</summary>
    public Func<HttpResponseMessage>? TokenAnswer { get; set; }

    /// <summary>What its clock shows: the header <c>Date</c> of each answer. Null: there is none.</summary>
    public Func<DateTimeOffset>? Date { get; set; }

    /// <summary>The next request is answered only when it is cancelled.</summary>
    public bool IsSilent { get; set; }

    public static HttpResponseMessage Page(int count, long totalHits, int first = 0, string? cursor = null)
    {
        var rows = string.Join(',', Enumerable.Range(first, count).Select(n => $$"""{"conversationId":"c{{n}}","participants":[{"participantName":"Jo Nobody"}]}"""));
        var more = cursor is null ? "" : $",\"cursor\":\"{cursor}\"";
        return Json($$"""{{{(count > 0 ? $"\"conversations\":[{rows}]," : "")}}"totalHits":{{totalHits}}{{more}}}""");
    }

    public static HttpResponseMessage Json(string body) => Status(HttpStatusCode.OK, body);

    public static HttpResponseMessage Status(HttpStatusCode status, string body = "{}", string? retryAfter = null)
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (retryAfter is not null)
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        return response;
    }

    /// <summary>An answer as recorded, with its headers.</summary>
    public static HttpResponseMessage Sample(string file, string? member = null)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(file)));
        var root = member is null ? document.RootElement : document.RootElement.GetProperty(member);
        var response = Status((HttpStatusCode)root.GetProperty("status").GetInt32(), root.GetProperty("body").GetRawText());
        foreach (var header in root.GetProperty("headers").EnumerateObject())
            response.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
        return response;
    }

    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "data", file);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await RespondAsync(request, cancellationToken);
        response.Headers.Date = Date?.Invoke();
        return response;
    }

    private async Task<HttpResponseMessage> RespondAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath == "/oauth/token")
            return TokenAnswer?.Invoke() ?? StubHandler.Granted(string.Create(CultureInfo.InvariantCulture, $"token-{Interlocked.Increment(ref _tokens)}"), 86400);
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var path = request.RequestUri.PathAndQuery;
        var asked = new Asked(request.Method.Method, path.StartsWith(DetailsRig.Root, StringComparison.Ordinal) ? path[DetailsRig.Root.Length..] : path, body, request.Headers.Authorization?.Parameter);
        _asked.Enqueue(asked);
        if (IsSilent)
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return Answer(asked);
    }
}
