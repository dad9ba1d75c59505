using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>Holds the analytics event stream open for ever: connects, listens, and after every end connects again.</summary>
/// <param name="random">Numbers in [0, 1), for the back-off's jitter.</param>
internal sealed partial class AnalyticsStream(
    GenesysOptions options,
    StreamConnector connector,
    SourceStatus status,
    TielineMetrics metrics,
    SpecificationMetrics specification,
    StreamTiming timing,
    ReconnectWait waits,
    TimeProvider time,
    Func<double> random,
    ILogger<AnalyticsStream> logger)
{
    /// <summary>Failures in a row that are logged as warnings; the rest only at Debug, until it is over.</summary>
    private const int LoggedFailures = 3;

    private readonly ReconnectPolicy _policy = new(random);

    /// <summary>Runs until told to stop. Everything the network or Genesys does is survived; what the sink throws passes through.</summary>
    /// <param name="stopping">Close with 1000, wait a moment for the answer, end.</param>
    /// <param name="aborting">Let go of the socket at once.</param>
    public async Task RunAsync(IFrameSink sink, CancellationToken stopping, CancellationToken aborting)
    {
        WarnOfMissingFilters();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborting);
        try
        {
            while (true)
            {
                var socket = await ConnectAsync(ending.Token);
                var session = new StreamSession(sink, Succeed, metrics, specification, logger);
                var startedAt = time.GetTimestamp();
                var end = await session.RunAsync(socket, stopping, aborting);
                ending.Token.ThrowIfCancellationRequested();
                if (end.Code == CloseCodes.TokenExpired)
                    connector.Invalidate(session.Grant!.Token);
                var delay = _policy.AfterClose(end.Code, session.HeardEvent, time.GetElapsedTime(startedAt));
                await WaitAsync(delay, $"the stream ended ({end.Code}, {CloseCodes.Meaning(end.Code)})", ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            LogStopped(logger);
        }
        finally
        {
            status.Set(SourceState.Stopped);
        }
    }

    private async Task<StreamSocket> ConnectAsync(CancellationToken ending)
    {
        while (true)
        {
            ending.ThrowIfCancellationRequested();
            if (!status.NeedsAttention)
                status.Set(SourceState.Connecting, status.Problem);
            var startedAt = time.GetTimestamp();
            var outcome = await connector.ConnectAsync(ending);
            if (outcome is ConnectOutcome.Opened opened)
            {
                if (_policy.Attempt > 0)
                    LogRecovered(logger, _policy.Attempt);
                _policy.Opened();
                status.Set(SourceState.Connected);
                return opened.Socket;
            }

            var delay = _policy.AfterFailure(outcome, time.GetElapsedTime(startedAt));
            Count(outcome);
            if (TellOf(outcome) is { } reason)
                await WaitAsync(delay, reason, ending);
            else
                await Task.Delay(delay, time, ending);
        }
    }

    /// <summary>Tells of what a person must mend. For all else: the reason to wait.</summary>
    private string? TellOf(ConnectOutcome failure)
    {
        switch (failure)
        {
            case ConnectOutcome.TokenRefused refused:
                status.Set(SourceState.TokenRefused, refused.Reason); // the token provider has logged it
                return null;
            case ConnectOutcome.HandshakeRefused refused when _policy.HandshakeIsRefused:
                var problem = WhatToCheck(refused.Status);
                if (status.State != SourceState.HandshakeRefused)
                    LogHandshakeRefused(logger, problem);
                status.Set(SourceState.HandshakeRefused, problem);
                return null;
            case ConnectOutcome.HandshakeRefused refused:
                return $"the stream's handshake was answered {refused.Status}";
            case ConnectOutcome.Failed failed:
                if (failed.HadToken && status.State == SourceState.TokenRefused)
                    status.Set(SourceState.Connecting);
                return failed.Reason;
            default:
                return "";
        }
    }

    private async Task WaitAsync(TimeSpan delay, string reason, CancellationToken ending)
    {
        if (!status.NeedsAttention)
            status.Set(SourceState.BackingOff, $"Not connected: {reason}");
        if (_policy.Attempt <= LoggedFailures)
            LogBackingOff(logger, reason, delay.TotalSeconds);
        else
            LogStillBackingOff(logger, _policy.Attempt, reason, delay.TotalSeconds);
        if (await waits.WaitAsync(delay, _policy, ending) is var spared && spared > TimeSpan.Zero)
            LogTriesEarly(logger, spared.TotalSeconds);
    }

    private void Count(ConnectOutcome failure)
    {
        var type = failure switch
        {
            ConnectOutcome.TokenRefused => "token_refused",
            ConnectOutcome.HandshakeRefused { Status: 403 } => "403",
            ConnectOutcome.HandshakeRefused => "401",
            ConnectOutcome.Failed failed => failed.ErrorType,
            _ => "_OTHER",
        };
        metrics.ConnectFailures.Add(1, new KeyValuePair<string, object?>("error.type", type));
    }

    private SocketSuccession Succeed(StreamSocket socket) => new(socket, connector, status, random, timing, time, logger);

    private string WhatToCheck(int handshakeStatus) =>
        $"Genesys answers {handshakeStatus} to the event stream's handshake although the token is fresh. Check that the OAuth client '{options.ClientId}' has the scopes "
        + $"{string.Join(", ", options.Scopes)} and roles that grant them";

    private void WarnOfMissingFilters()
    {
        if (options.Subscription.Types.Count == 0)
            LogNoFilter(logger, "Genesys:Subscription:Types", "every media type");
        if (options.Subscription.States.Count == 0)
            LogNoFilter(logger, "Genesys:Subscription:States", "conversations in every state");
    }
}
