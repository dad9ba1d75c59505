using System.Net.Http.Headers;
using Tieline.Diagnostics;
using Tieline.Http;

namespace Tieline.Genesys;

/// <summary>Asks Genesys's REST side something small, only to see whether it answers: <c>HEAD /api/v2/tokens/me</c>, which needs no permission. What comes of it is noted by <see cref="RestHealth"/>.</summary>
/// <param name="http">Watched by <paramref name="rest"/>.</param>
internal sealed class RestProbe(Uri api, TokenProvider tokens, HttpMessageInvoker http, RestBudget budget, RestHealth rest, TimeProvider time)
{
    /// <summary>So long after the last answer or failure of any call, and no more often.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>How long the answer may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    /// <summary>It leaves this many calls of the minute's budget to others.</summary>
    public const int LeavesCalls = 10;

    private const string Path = "/api/v2/tokens/me";

    private readonly Lock _gate = new();
    private MonotonicTime _askedAt = MonotonicTime.Always;

    /// <summary>Asks again and again, until cancelled; each ask is one of the minute's calls.</summary>
    /// <param name="begin">The first is due <see cref="Period"/> after this.</param>
    /// <param name="isNews">Whether an answer would change anything.</param>
    public async Task RunAsync(MonotonicTime begin, Func<bool> isNews, CancellationToken cancellation)
    {
        while (true)
        {
            var due = MonotonicTime.Max(begin, rest.NotedAt) + Period;
            for (var wait = due - time.GetMonotonicTime(); wait > TimeSpan.Zero; wait = due - time.GetMonotonicTime())
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, cancellation); // a timer drops what is below
            if (rest.NotedAt + Period > time.GetMonotonicTime())
                continue; // another call has shown it meanwhile
            begin = time.GetMonotonicTime();
            if (isNews() && budget.HeldFor == TimeSpan.Zero && budget.Left > LeavesCalls && TakeTurn())
                await AskAsync(cancellation);
        }
    }

    /// <summary>However many wait, one asks.</summary>
    private bool TakeTurn()
    {
        lock (_gate)
        {
            var now = time.GetMonotonicTime();
            if (_askedAt + Period > now)
                return false;
            _askedAt = now;
            return true;
        }
    }

    private async Task AskAsync(CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            if (await tokens.GetAsync(either.Token) is not TokenOutcome.Granted granted)
                return;
            using var request = new HttpRequestMessage(HttpMethod.Head, api.GetLeftPart(UriPartial.Path).TrimEnd('/') + Path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", granted.Token.Reveal());
            budget.Count();
            using var response = await http.SendAsync(request, either.Token);
            if (RetryAfter.Read(response.Headers, time.GetUtcNow()) is { } hold)
                budget.Hold(hold);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            if (e is OperationCanceledException)
                rest.Failed();
        }
    }
}
