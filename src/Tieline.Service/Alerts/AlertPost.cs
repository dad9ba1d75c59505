using System.Net.Http.Headers;
using Tieline.Delivery;
using Tieline.Http;

namespace Tieline.Service.Alerts;

/// <summary>Posts notices to <c>Alerts:Webhook</c>, with headers and signature as deliveries have them. Never throws for what the network or the receiver does.</summary>
internal sealed class AlertPost : IDisposable
{
    /// <summary>What the log calls it.</summary>
    private const string Name = "alerts";

    private readonly AlertWebhookOptions _options;
    private readonly Uri _console;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;
    private readonly WebhookRequestFactory _requests;

    /// <param name="console">Where the console is, for links.</param>
    /// <exception cref="InvalidOperationException">There is no URL, or no key where one is named.</exception>
    public AlertPost(AlertWebhookOptions options, Uri console, string version, TimeProvider time, ILogger logger)
    {
        (_options, _console, _time) = (options, console, time);
        var receiver = new DestinationOptions
        {
            Name = Name,
            Url = new Uri(options.Url.Reveal()),
            Headers = options.Headers,
            Signing = options.Signing,
            Tls = options.Tls,
            Timeout = options.Timeout,
        };
        _http = new HttpMessageInvoker(Destination.CreateHandler(receiver), disposeHandler: true);
        _requests = new WebhookRequestFactory(receiver, version, new MediaTypeHeaderValue("application/json"), receiver.Signing.IsOn ? new SigningKeys(receiver, time, logger) : null);
    }

    /// <returns>What is wrong, or null where it was taken; and how long the receiver asked to wait, if it did.</returns>
    /// <exception cref="OperationCanceledException">Tieline stops.</exception>
    public async Task<(string? Problem, TimeSpan? Wait)> SendAsync(AlertNotice notice, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            using var request = _requests.Create(notice.Id, isFetched: false, AlertBody.Of(notice, _options.Format, _console), _time.GetUtcNow(), default);
            using var response = await _http.SendAsync(request, either.Token);
            if (!response.IsSuccessStatusCode)
                return ($"it answered {(int)response.StatusCode}", OutcomeClassifier.HoldOf(RetryAfter.Read(response.Headers, _time.GetUtcNow())));
            return await HtmlPage.ReadAsync(response, _time, either.Token) is null ? (null, null) : ($"it answered {(int)response.StatusCode} with an HTML page: somebody else answers there", null);
        }
        catch (HttpRequestException e)
        {
            // Its message could hold the URL.
            return ($"it cannot be reached ({e.HttpRequestError})", null);
        }
        catch (IOException)
        {
            return ("the connection broke", null);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return ($"no answer within {_options.Timeout.TotalSeconds:0.#} s", null);
        }
    }

    public void Dispose() => _http.Dispose();
}
