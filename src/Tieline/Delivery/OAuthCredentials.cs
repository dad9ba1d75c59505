using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Http;

namespace Tieline.Delivery;

/// <summary>A bearer token by client credentials: cached, renewed early, fetched once however many ask.</summary>
internal sealed partial class OAuthCredentials(DestinationOptions options, LiveSecret secret, HttpMessageInvoker http, TimeProvider time, ILogger logger) : Credentials
{
    /// <summary>How long one request for a token may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>After a failure, so long nobody asks again: the destination's own retries do not become the token endpoint's load.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private OAuthToken? _token;
    private Task? _flight;
    private DeliveryOutcome.BackOff? _failure;
    private MonotonicTime _askFrom = MonotonicTime.Always;
    private string? _said;

    public override Secret Current => secret.Current;

    public override async ValueTask<Credential> GetAsync(CancellationToken cancellation)
    {
        Task flight;
        lock (_lock)
        {
            var now = time.GetMonotonicTime();
            if (_token is not null && (now < _token.RenewAt || (now < _askFrom && now < _token.ExpiresAt)))
                return new Credential("Authorization", _token.Header, null);
            if (_failure is not null && now < _askFrom)
                return new Credential(null, null, _failure);
            if (_flight is null || _flight.IsCompleted)
                _flight = FetchAsync();
            flight = _flight;
        }

        await flight.WaitAsync(cancellation);
        lock (_lock)
        {
            // One that can no longer be renewed early still does until its time is over.
            return _token is not null && time.GetMonotonicTime() < _token.ExpiresAt
                ? new Credential("Authorization", _token.Header, null)
                : new Credential(null, null, _failure ?? new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, null, null));
        }
    }

    public override bool Refuse(Credential credential)
    {
        lock (_lock)
        {
            if (_token?.Header == credential.Value)
                _token = null;
        }

        return true;
    }

    private async Task FetchAsync()
    {
        var (token, failure, problem) = await RequestAsync();
        lock (_lock)
        {
            if (token is not null)
                _token = token;
            _failure = failure;
            var wait = failure?.Hold is { } hold && hold > Pause ? hold : Pause;
            _askFrom = failure is null ? MonotonicTime.Always : time.GetMonotonicTime() + wait;
        }

        Say(failure, problem);
    }

    private async Task<(OAuthToken? Token, DeliveryOutcome.BackOff? Failure, string Problem)> RequestAsync()
    {
        var now = time.GetMonotonicTime();
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            using var request = CreateRequest();
            using var response = await http.SendAsync(request, timeout.Token);
            var body = await ReadAsync(response, timeout.Token);
            var status = (int)response.StatusCode;
            var hold = OutcomeClassifier.HoldOf(RetryAfter.Read(response.Headers, time.GetUtcNow()));
            switch (AnswerTable.Of(Asked.DestinationToken, status, HtmlPage.Is(response.Content.Headers, body.Span) ? AnswerSigns.Html : AnswerSigns.None))
            {
                case AnswerMeaning.Read when OAuthToken.TryRead(body.Span, now, out var token):
                    return (token, null, "");
                case AnswerMeaning.Read:
                    return (null, new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, null, null), "answered 200 without a usable access_token of type Bearer");
                case AnswerMeaning.HtmlPage:
                    return (null, new DeliveryOutcome.BackOff(BackOffReason.HtmlPage, status, null), $"answered {status} with an HTML page, not with a token: check TokenUrl, and what stands before it");
                case AnswerMeaning.Misconfigured:
                    secret.Doubt();
                    return (null, new DeliveryOutcome.BackOff(BackOffReason.Misconfigured, status, null), $"answered {status}{OAuthToken.ErrorCode(body.Span)}: {Hint(status)}");
                case AnswerMeaning.Throttled:
                    return (null, new DeliveryOutcome.BackOff(BackOffReason.Throttled, status, hold) { IsAboutAll = hold is not null }, $"answered {status}");
                default:
                    return (null, new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, status, hold) { IsAboutAll = hold is not null }, $"answered {status}");
            }
        }
        catch (OperationCanceledException)
        {
            return (null, new DeliveryOutcome.BackOff(BackOffReason.TimedOut, null, null), $"did not answer within {Timeout.TotalSeconds} s");
        }
        catch (HttpRequestException e)
        {
            return (null, (DeliveryOutcome.BackOff)OutcomeClassifier.Classify(e), $"cannot be reached ({e.HttpRequestError})");
        }
        catch (IOException)
        {
            return (null, new DeliveryOutcome.BackOff(BackOffReason.Broken, null, null), "broke its answer off");
        }
    }

    /// <summary>What to check. Basic is sent as RFC 6749 (2.3.1) wants it, id and secret encoded as a form's values; some endpoints do not decode them, and so refuse the right ones.</summary>
    private string Hint(int status)
    {
        if (status is 404 or 410)
            return "check TokenUrl";
        var isEncoded = options.Authentication.TokenAuthentication == ClientAuthentication.Basic
            && (Uri.EscapeDataString(options.Authentication.ClientId) != options.Authentication.ClientId || Uri.EscapeDataString(secret.Current.Reveal()) != secret.Current.Reveal());
        return "check ClientId, ClientSecret and Scopes"
            + (isEncoded ? "; the id or the secret has characters that Basic sends encoded (RFC 6749), which some endpoints do not decode: try TokenAuthentication 'Form'" : "");
    }

    private HttpRequestMessage CreateRequest()
    {
        var authentication = options.Authentication;
        var form = new List<KeyValuePair<string, string>> { new("grant_type", "client_credentials") };
        if (authentication.Scopes.Count > 0)
            form.Add(new("scope", string.Join(' ', authentication.Scopes)));
        if (authentication.Audience.Length > 0)
            form.Add(new("audience", authentication.Audience));
        var clientSecret = secret.Current.Reveal();
        var request = new HttpRequestMessage(HttpMethod.Post, authentication.TokenUrl);
        if (authentication.TokenAuthentication == ClientAuthentication.Form)
        {
            form.Add(new("client_id", authentication.ClientId));
            form.Add(new("client_secret", clientSecret));
        }
        else
        {
            // RFC 6749, 2.3.1: each encoded as a form's value first, since an id may hold a colon.
            var pair = $"{Uri.EscapeDataString(authentication.ClientId)}:{Uri.EscapeDataString(clientSecret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)));
        }

        request.Headers.Accept.ParseAdd("application/json");
        request.Content = new FormUrlEncodedContent(form);
        return request;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var body = new byte[OAuthToken.MaxAnswerBytes];
        return body.AsMemory(0, await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation));
    }

    /// <summary>What is wrong, once, and when it is over.</summary>
    private void Say(DeliveryOutcome.BackOff? failure, string problem)
    {
        var before = Interlocked.Exchange(ref _said, failure is null ? null : problem);
        if (failure is null && before is not null)
            LogGranted(logger, options.Name);
        else if (failure is { Reason: BackOffReason.Misconfigured } && problem != before)
            LogRefused(logger, options.Name, problem);
        else if (failure is not null && problem != before)
            LogUnavailable(logger, options.Name, problem);
    }

    [LoggerMessage(EventId = 3023, EventName = "DestinationTokenRefused", Level = LogLevel.Error, Message = "The token endpoint of destination '{Destination}' {Problem}. It is asked again by itself; nothing is lost")]
    private static partial void LogRefused(ILogger logger, string destination, string problem);

    [LoggerMessage(EventId = 3024, EventName = "DestinationTokenUnavailable", Level = LogLevel.Warning, Message = "The token endpoint of destination '{Destination}' {Problem}. It is asked again by itself; nothing is lost")]
    private static partial void LogUnavailable(ILogger logger, string destination, string problem);

    [LoggerMessage(EventId = 3025, EventName = "DestinationTokenGranted", Level = LogLevel.Information, Message = "The token endpoint of destination '{Destination}' gives tokens again")]
    private static partial void LogGranted(ILogger logger, string destination);
}
