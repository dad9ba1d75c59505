using System.Net.Sockets;
using Tieline.Http;

namespace Tieline.Delivery;

/// <summary>From what HTTP says to what it means here, by <see cref="AnswerTable"/>. Pure.</summary>
internal static class OutcomeClassifier
{
    /// <summary>A <c>Retry-After</c> beyond this is taken for a mistake, and this used instead.</summary>
    public static readonly TimeSpan MaxHold = TimeSpan.FromHours(1);

    /// <param name="signs">What its body has; its headers are read here.</param>
    public static DeliveryOutcome Classify(HttpResponseMessage response, DateTimeOffset now, AnswerSigns signs = AnswerSigns.None)
    {
        var status = (int)response.StatusCode;
        var asked = RetryAfter.Read(response.Headers, now);
        var hold = HoldOf(asked);
        return AnswerTable.Of(Asked.Destination, status, asked is null ? signs : signs | AnswerSigns.RetryAfter) switch
        {
            AnswerMeaning.Accepted or AnswerMeaning.AskOnceMore => new DeliveryOutcome.Accepted(status), // who has asked before decides
            AnswerMeaning.Rejected => new DeliveryOutcome.Rejected(status, $"the destination answered {status}{WhyRejected(status)}"),
            AnswerMeaning.Misconfigured => new DeliveryOutcome.BackOff(BackOffReason.Misconfigured, status, null),
            AnswerMeaning.Throttled => new DeliveryOutcome.BackOff(BackOffReason.Throttled, status, hold),
            AnswerMeaning.InProgress => new DeliveryOutcome.BackOff(BackOffReason.InProgress, status, hold),
            AnswerMeaning.HtmlPage => new DeliveryOutcome.BackOff(BackOffReason.HtmlPage, status, hold),
            _ => new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, status, hold),
        };
    }

    private static string WhyRejected(int status) => status switch
    {
        300 => ": several records have this external id",
        < 300 => ", and its body tells of a failure",
        _ => "",
    };

    /// <summary>What is asked for holds nothing where it is no time, and at most <see cref="MaxHold"/>.</summary>
    public static TimeSpan? HoldOf(TimeSpan? asked) => asked is { Ticks: > 0 } wait ? (wait < MaxHold ? wait : MaxHold) : null;

    public static DeliveryOutcome Classify(HttpRequestException e) => new DeliveryOutcome.BackOff(
        e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
        || e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            ? BackOffReason.ConnectFailed
            : BackOffReason.Broken,
        null,
        null);
}
