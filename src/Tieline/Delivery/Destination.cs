using System.Net;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Http;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>One attempt at one webhook: request out, outcome back. Redirects are not followed.</summary>
/// <param name="format">Null: <see cref="PlainFormat"/>.</param>
/// <param name="credentials">Null where requests show none.</param>
internal sealed class Destination(
    DestinationOptions options, HttpMessageInvoker http, WebhookRequestFactory requests, TimeProvider time, TielineMetrics metrics, IBodyFormat? format = null, Credentials? credentials = null, QuotaWatch? quota = null)
{
    /// <summary>Of an answer's body, so much is read to keep the connection; a longer one costs the connection.</summary>
    private const int MaxAnswerBytes = 64 * 1024;

    private static readonly Dictionary<Type, string> _outcomes = new()
    {
        [typeof(DeliveryOutcome.Accepted)] = "accepted",
        [typeof(DeliveryOutcome.Rejected)] = "rejected",
        [typeof(DeliveryOutcome.BackOff)] = "back_off",
    };

    private readonly IBodyFormat _format = format ?? PlainFormat.Instance;

    public string Name => options.Name;

    /// <summary>Of its secrets and certificates.</summary>
    public DestinationLifetimes Lifetimes { get; private init; } = new(options);

    /// <summary>With all that its options ask for.</summary>
    public static Destination Create(DestinationOptions options, SocketsHttpHandler handler, string version, TimeProvider time, TielineMetrics metrics, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<Destination>();
        var signing = options.Signing.IsOn ? new SigningKeys(options, time, logger) : null;
        var http = new HttpMessageInvoker(handler, disposeHandler: false);
        var format = BodyFormats.Create(options);
        var lifetimes = new DestinationLifetimes(options, signing);
        lifetimes.Watch(handler);
        return new Destination(options, http, new WebhookRequestFactory(options, version, options.Batch.IsOn ? format.BatchContentType : format.ContentType, signing), time, metrics, format, Credentials.Create(options, http, time, logger), new QuotaWatch(options.Name, metrics, logger))
        {
            Lifetimes = lifetimes,
        };
    }

    /// <summary>The connections of one destination. An attempt's time-out is its own. Nothing is unpacked: an answer costs what it weighs on the wire, at most <see cref="MaxAnswerBytes"/>.</summary>
    public static SocketsHttpHandler CreateHandler(DestinationOptions options)
    {
        var handler = CreatePlainHandler(options);
        if (TlsFiles.Load(options.Tls) is { } tls)
            handler.SslOptions = tls;
        return handler;
    }

    private static SocketsHttpHandler CreatePlainHandler(DestinationOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = true,
        Proxy = Proxies.Of(options.Proxy),
        ActivityHeadersPropagator = null,
        ConnectTimeout = options.ConnectTimeout < options.Timeout ? options.ConnectTimeout : options.Timeout,
        MaxConnectionsPerServer = options.Concurrency,
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(30), // HTTP/2: a connection that died in silence is noticed
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 64, // KiB
        MaxResponseDrainSize = MaxAnswerBytes,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // so that a changed DNS answer is noticed
    };

    /// <summary>Never throws for what the network or the destination does.</summary>
    /// <exception cref="OperationCanceledException">Let go of on <paramref name="aborting"/>: nobody knows whether it arrived.</exception>
    public Task<DeliveryOutcome> SendAsync(JournalEntry entry, CancellationToken aborting)
    {
        if (entry.Damage is { } damage)
            return Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Rejected(422, damage, WasSent: false));
        ReadOnlyMemory<byte> body;
        try
        {
            body = _format.Write(entry); // once, also where a refused token makes it go out twice
        }
        catch (BodyException e)
        {
            return Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Rejected(422, e.Message, WasSent: false));
        }

        return SendAsync(entry.Id.ToString(), entry, body, null, aborting);
    }

    /// <summary>Several in one request, in this order.</summary>
    /// <returns>What became of them all; and with <see cref="BatchOptions.Results"/>, of each.</returns>
    /// <inheritdoc cref="SendAsync(JournalEntry, CancellationToken)"/>
    public Task<DeliveryOutcome> SendAsync(IReadOnlyList<JournalEntry> batch, CancellationToken aborting)
    {
        if (batch.FirstOrDefault(entry => entry.Damage is not null) is { } damaged)
            return Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Rejected(422, damaged.Damage!, WasSent: false));
        ReadOnlyMemory<byte> body;
        try
        {
            body = _format.Write(batch);
        }
        catch (BodyException e)
        {
            return Task.FromResult<DeliveryOutcome>(new DeliveryOutcome.Rejected(422, e.Message, WasSent: false));
        }

        return SendAsync(BatchId.Of(batch), batch[0], body, batch, aborting);
    }

    /// <param name="first">Of the batch; without one, what is sent.</param>
    private async Task<DeliveryOutcome> SendAsync(string id, JournalEntry first, ReadOnlyMemory<byte> body, IReadOnlyList<JournalEntry>? batch, CancellationToken aborting)
    {
        if (body.Length > PlainBody.MaxBytes)
            return new DeliveryOutcome.Rejected(413, $"the body would be {body.Length} bytes; at most {PlainBody.MaxBytes} are sent", WasSent: false);
        var started = time.GetTimestamp();
        var span = TielineTraces.IsOn
            ? TielineTraces.StartAttempt(first.Id.Value, batch?.Skip(1).Select(entry => entry.Id.Value) ?? [], Name, options.Method.ToString().ToUpperInvariant(), options.Url!, time.GetUtcNow())
            : null;
        var isFetched = batch?.All(entry => entry.Origin == EventOrigin.Backfill) ?? first.Origin == EventOrigin.Backfill;
        var outcome = await AttemptAsync(id, isFetched, body, batch, span?.Id, aborting);
        var error = outcome is DeliveryOutcome.BackOff failed ? failed.Reason.ToString() : null;
        if (span is not null)
            TielineTraces.End(span, StatusOf(outcome), error ?? (outcome is DeliveryOutcome.Rejected ? "Rejected" : null), time.GetUtcNow());
        metrics.Attempts.Record(
            time.GetElapsedTime(started).TotalSeconds,
            new("tieline.destination", Name),
            new("tieline.delivery.outcome", _outcomes[outcome.GetType()]),
            new("error.type", error));
        return outcome;
    }

    private static int? StatusOf(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Accepted accepted => accepted.Status,
        DeliveryOutcome.Rejected { WasSent: true } rejected => rejected.Status,
        DeliveryOutcome.BackOff backOff => backOff.Status,
        _ => null,
    };

    /// <param name="trace">What the CRM is told of the trace (W3C Trace Context); null: nothing.</param>
    private async Task<DeliveryOutcome> AttemptAsync(string id, bool isFetched, ReadOnlyMemory<byte> body, IReadOnlyList<JournalEntry>? batch, string? trace, CancellationToken aborting)
    {
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var either = aborting.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborting) : null;
        var cancellation = either?.Token ?? timeout.Token;
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                var credential = credentials is null ? default : await credentials.GetAsync(cancellation);
                if (credential.Missing is { } missing)
                    return missing;
                using var request = requests.Create(id, isFetched, body, time.GetUtcNow(), credential);
                if (trace is not null)
                    request.Headers.TryAddWithoutValidation("traceparent", trace);
                (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower); // over TLS and where it is offered; else 1.1
                using var response = await http.SendAsync(request, cancellation);
                quota?.See(response.Headers);
                // A token may end before its time: once, at once, with a new one; the same attempt, since the event had no part in it.
                if (response.StatusCode == HttpStatusCode.Unauthorized && isFirst && credentials?.Refuse(credential) == true)
                    continue;
                return await JudgeAsync(response, batch, credential, cancellation, aborting);
            }
        }
        catch (HttpRequestException e)
        {
            return OutcomeClassifier.Classify(e);
        }
        catch (OperationCanceledException) when (!aborting.IsCancellationRequested && !timeout.IsCancellationRequested)
        {
            return new DeliveryOutcome.BackOff(BackOffReason.ConnectFailed, null, null); // .NET's way to say that ConnectTimeout is over
        }
        catch (OperationCanceledException) when (!aborting.IsCancellationRequested)
        {
            return new DeliveryOutcome.BackOff(BackOffReason.TimedOut, null, null);
        }
        catch (IOException)
        {
            return new DeliveryOutcome.BackOff(BackOffReason.Broken, null, null);
        }
    }

    private async Task<DeliveryOutcome> JudgeAsync(HttpResponseMessage response, IReadOnlyList<JournalEntry>? batch, Credential credential, CancellationToken cancellation, CancellationToken aborting)
    {
        var hasResults = batch is not null && options.Batch.Results != BatchResults.None;
        var seen = await LookAsync(response, hasResults, aborting);
        var outcome = OutcomeClassifier.Classify(response, time.GetUtcNow(), seen.Signs);
        if (hasResults && outcome is DeliveryOutcome.Accepted { Status: (int)HttpStatusCode.Conflict })
            outcome = BatchAnswer.Conflict(batch!.Count);
        if (outcome is DeliveryOutcome.Accepted { Status: not (int)HttpStatusCode.Conflict } && !hasResults)
            return outcome;
        var keeper = new AnswerKeeper(options.Answers.Keep, response.Content.Headers, () => OwnSecrets.Of(options, credential, credentials?.Current));
        if (hasResults && outcome is DeliveryOutcome.Accepted accepted)
            return await BatchAnswer.ReadAsync(options.Batch.Results, accepted, response, batch!, keeper, cancellation);
        var body = seen.Body ?? await VendorAnswer.ReadAsync(response, time, aborting);
        var code = seen.Signs switch
        {
            AnswerSigns.Html when seen.Body is not null => null,
            AnswerSigns.FailureInside => seen.Failure?.Code,
            _ => VendorAnswer.Find((int)response.StatusCode, body.Span),
        };
        return VendorCodes.HeedWith(outcome, keeper.Whole(body.Span, code), code);
    }

    /// <summary>What the answer has besides its status. The body is read only where status and headers leave in doubt what it means.</summary>
    /// <returns>Its signs; the body's beginning, null where it was not read; and the failure that a success tells of.</returns>
    private async ValueTask<(AnswerSigns Signs, ReadOnlyMemory<byte>? Body, FailureInside? Failure)> LookAsync(HttpResponseMessage response, bool hasResults, CancellationToken aborting)
    {
        if (response.StatusCode == HttpStatusCode.Conflict)
        {
            var body = await VendorAnswer.ReadAsync(response, time, aborting);
            return (InProgress.IsSaidIn(body.Span) ? AnswerSigns.InProgress : AnswerSigns.None, body, null);
        }

        if (!response.IsSuccessStatusCode)
            return default;
        if (hasResults) // read as JSON, which tells a page by itself
            return requests.IsJson && HtmlPage.IsNamed(response.Content.Headers) ? (AnswerSigns.Html, null, null) : default;
        if (requests.IsJson && await HtmlPage.ReadAsync(response, time, aborting) is { } page)
            return (AnswerSigns.Html, page, null);
        return await FailureInside.ReadAsync(response, time, aborting) is { } json && FailureInside.Find((int)response.StatusCode, json) is { } failure
            ? (AnswerSigns.FailureInside, json, failure)
            : default;
    }
}
