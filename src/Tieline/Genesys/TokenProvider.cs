using System.Net;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Http;

namespace Tieline.Genesys;

/// <summary>Gives Genesys's access token: cached, renewed early, fetched once however many ask. Safe from any thread.</summary>
/// <param name="budget">Each request counts in it, but none waits for it: without a token nothing goes on.</param>
/// <param name="http">Over a handler that follows no redirects (<see cref="GenesysHttp"/>): a redirect would carry the secret elsewhere.</param>
internal sealed partial class TokenProvider(
    GenesysOptions options, Uri url, HttpMessageInvoker http, RestBudget budget, TimeProvider time, TielineMetrics metrics, ILogger<TokenProvider> logger)
{
    /// <summary>How long one request may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private TokenOutcome.Granted? _cached;
    private Task<TokenOutcome>? _flight;
    private string? _refusal;

    /// <summary>The cached token, or what a request for a new one came to. Who asks while one is under way gets that one's outcome.</summary>
    /// <param name="cancellation">Ends the waiting, not the request that others may wait for too.</param>
    public ValueTask<TokenOutcome> GetAsync(CancellationToken cancellation)
    {
        Task<TokenOutcome> flight;
        lock (_lock)
        {
            if (_cached is not null && time.GetMonotonicTime() < _cached.RenewAt)
                return ValueTask.FromResult<TokenOutcome>(_cached);
            if (_flight is null || _flight.IsCompleted)
                _flight = FetchAsync();
            flight = _flight;
        }

        return new ValueTask<TokenOutcome>(flight.WaitAsync(cancellation));
    }

    /// <summary>Genesys no longer takes this token. Does nothing if another is cached by now.</summary>
    public void Invalidate(Secret token)
    {
        lock (_lock)
        {
            if (_cached?.Token.Reveal() == token.Reveal())
                _cached = null;
        }
    }

    private async Task<TokenOutcome> FetchAsync()
    {
        var outcome = await RequestAsync();
        Note(outcome);
        lock (_lock)
            _cached = outcome as TokenOutcome.Granted;
        return outcome;
    }

    private async Task<TokenOutcome> RequestAsync()
    {
        var (now, sentAt) = (time.GetUtcNow(), time.GetMonotonicTime());
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            var secret = await SecretAsync(timeout.Token);
            using var request = TokenRequest.Create(url, options, secret);
            budget.Count();
            using var response = await http.SendAsync(request, timeout.Token);
            var body = await BodyAsync(response, timeout.Token);
            var retryAfter = RetryAfter.Read(response.Headers, time.GetUtcNow());
            if (retryAfter is { } hold)
                budget.Hold(hold);
            return TokenAnswer.Judge(response.StatusCode, body.Span, HtmlPage.Is(response.Content.Headers, body.Span) ? AnswerSigns.Html : AnswerSigns.None, retryAfter, options, url, now, sentAt);
        }
        catch (SecretFileException e)
        {
            return new TokenOutcome.Refused(e.Message);
        }
        catch (OperationCanceledException)
        {
            return new TokenOutcome.Unavailable($"the token endpoint did not answer within {Timeout.TotalSeconds} s", null);
        }
        catch (HttpRequestException e)
        {
            return new TokenOutcome.Unavailable($"the token endpoint cannot be reached ({e.HttpRequestError}); is {url.Host}:{url.Port} open outbound?", null);
        }
        catch (IOException)
        {
            return new TokenOutcome.Unavailable("the token endpoint's answer broke off", null);
        }
    }

    private async Task<Secret> SecretAsync(CancellationToken cancellation)
    {
        if (options.ClientSecretFile is not { Length: > 0 } file)
            return options.ClientSecret;
        try
        {
            var text = await File.ReadAllTextAsync(file, cancellation);
            return new Secret(text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretFileException($"Genesys:ClientSecretFile '{file}' cannot be read ({e.GetType().Name}). Check that it exists and who may read it", e);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var body = new byte[TokenAnswer.MaxBytes];
        var used = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        return body.AsMemory(0, used);
    }

    /// <summary>Counts, and says once what is wrong, not at every repeat.</summary>
    private void Note(TokenOutcome outcome)
    {
        switch (outcome)
        {
            case TokenOutcome.Granted granted:
                metrics.TokenRequests.Add(1, new KeyValuePair<string, object?>("tieline.token.outcome", "granted"));
                if (_refusal is not null)
                    LogAccepted(logger);
                _refusal = null;
                var renewAt = time.ToSystemTime(granted.RenewAt);
                LogGranted(logger, granted.ExpiresAt, renewAt);
                break;
            case TokenOutcome.Refused refused:
                metrics.TokenRequests.Add(1, new KeyValuePair<string, object?>("tieline.token.outcome", "refused"));
                if (_refusal != refused.Reason)
                    LogRefused(logger, refused.Reason);
                _refusal = refused.Reason;
                break;
            default:
                metrics.TokenRequests.Add(1, new KeyValuePair<string, object?>("tieline.token.outcome", "unavailable"));
                break;
        }
    }

    private sealed class SecretFileException(string message, Exception inner) : Exception(message, inner);
}
