using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>One attempt at one webhook: request out, outcome back. Redirects are not followed.</summary>
internal sealed class Destination(DestinationOptions options, HttpMessageInvoker http, WebhookRequestFactory requests, TimeProvider time, TielineMetrics metrics)
{
    /// <summary>Of an answer's body, so much is read to keep the connection; a longer one costs the connection.</summary>
    private const int MaxAnswerBytes = 64 * 1024;

    private static readonly Dictionary<Type, string> _outcomes = new()
    {
        [typeof(DeliveryOutcome.Accepted)] = "accepted",
        [typeof(DeliveryOutcome.Rejected)] = "rejected",
        [typeof(DeliveryOutcome.BackOff)] = "back_off",
    };

    public string Name => options.Name;

    /// <summary>The connections of one destination. Time-outs are the attempt's own.</summary>
    public static SocketsHttpHandler CreateHandler(DestinationOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = true,
        ActivityHeadersPropagator = null,
        ConnectTimeout = options.Timeout,
        MaxConnectionsPerServer = options.Concurrency,
        MaxResponseDrainSize = MaxAnswerBytes,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // so that a changed DNS answer is noticed
    };

    /// <summary>Never throws for what the network or the destination does.</summary>
    /// <exception cref="OperationCanceledException">Let go of on <paramref name="aborting"/>: nobody knows whether it arrived.</exception>
    public async Task<DeliveryOutcome> SendAsync(JournalEntry entry, CancellationToken aborting)
    {
        var body = PlainBody.Write(entry);
        if (body.Length > PlainBody.MaxBytes)
            return new DeliveryOutcome.Rejected(413, $"the body would be {body.Length} bytes; at most {PlainBody.MaxBytes} are sent", WasSent: false);
        var started = time.GetTimestamp();
        var outcome = await AttemptAsync(entry, body, aborting);
        metrics.Attempts.Record(
            time.GetElapsedTime(started).TotalSeconds,
            new("tieline.destination", Name),
            new("tieline.delivery.outcome", _outcomes[outcome.GetType()]),
            new("error.type", outcome is DeliveryOutcome.BackOff backOff ? backOff.Reason.ToString() : null));
        return outcome;
    }

    private async Task<DeliveryOutcome> AttemptAsync(JournalEntry entry, ReadOnlyMemory<byte> body, CancellationToken aborting)
    {
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var either = aborting.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborting) : null;
        using var request = requests.Create(entry, body, time.GetUtcNow());
        try
        {
            using var response = await http.SendAsync(request, either?.Token ?? timeout.Token);
            return OutcomeClassifier.Classify(response, time.GetUtcNow());
        }
        catch (HttpRequestException e)
        {
            return OutcomeClassifier.Classify(e);
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
}
