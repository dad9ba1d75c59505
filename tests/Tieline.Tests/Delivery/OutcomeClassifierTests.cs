using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Tieline.Delivery;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

public sealed class OutcomeClassifierTests
{
    [Fact]
    public void Classify_EveryStatus_IsWhatTheDocumentSays()
    {
        for (var status = 100; status <= 599; status++)
        {
            var outcome = Classify(status);
            switch (status)
            {
                case >= 200 and <= 299 or 409:
                    outcome.ShouldBe(new DeliveryOutcome.Accepted(status));
                    break;
                case 300 or 400 or 413 or 415 or 422:
                    outcome.ShouldBeOfType<DeliveryOutcome.Rejected>().Status.ShouldBe(status);
                    break;
                case 401 or 403 or 404 or 410:
                    outcome.ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.Misconfigured, status, null));
                    break;
                case 408 or 425 or 429:
                    outcome.ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.Throttled, status, null));
                    break;
                default:
                    outcome.ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, status, null));
                    break;
            }
        }
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("120", 120)]
    [InlineData("Mon, 02 Mar 2026 09:00:30 GMT", 30)]
    [InlineData("Monday, 02-Mar-26 09:00:30 GMT", 30)]
    [InlineData("Mon Mar  2 09:00:30 2026", 30)]
    [InlineData("7.5", 8)]
    [InlineData(" 12 ", 12)]
    [InlineData("86400", 3600)]
    [InlineData("2147483647", 3600)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 3600)]
    [InlineData("99999999999999999999", 3600)]
    public void Classify_RetryAfter_HoldsThatLongAndNeverOverAnHour(string retryAfter, int seconds)
    {
        foreach (var status in (int[])[429, 503, 500, 408, 302, 409])
            Classify(status, retryAfter).ShouldBeOfType<DeliveryOutcome.BackOff>().Hold.ShouldBe(TimeSpan.FromSeconds(seconds), $"{status} {retryAfter}");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("-1.5")]
    [InlineData("Mon, 02 Mar 2026 08:59:59 GMT")]
    [InlineData("Mon, 02 Mar 2026 09:00:00 GMT")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    public void Classify_RetryAfterThatAsksForNothing_HoldsNothing(string retryAfter) =>
        Classify(429, retryAfter).ShouldBeOfType<DeliveryOutcome.BackOff>().Hold.ShouldBeNull();

    /// <summary>Its clock is 20 minutes ahead of ours: it means six seconds, not 19 min 43 s.</summary>
    [Fact]
    public void Classify_RetryAfterAsADate_IsReadByTheClockOfWhoAnswered()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Headers = { Date = Some.Time.AddMinutes(20) } };
        response.Headers.TryAddWithoutValidation("Retry-After", Some.Time.AddMinutes(20).AddSeconds(6).ToString("R", CultureInfo.InvariantCulture));
        OutcomeClassifier.Classify(response, Some.Time).ShouldBeOfType<DeliveryOutcome.BackOff>().Hold.ShouldBe(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void Classify_RetryAfterOnAnAcceptedOrRejectedAnswer_ChangesNothing()
    {
        Classify(200, "60").ShouldBe(new DeliveryOutcome.Accepted(200));
        Classify(422, "60").ShouldBeOfType<DeliveryOutcome.Rejected>();
    }

    [Fact]
    public void Classify_WhatKeepsAConnectionFromBeingMade_IsConnectFailed()
    {
        foreach (var error in (HttpRequestError[])
            [HttpRequestError.ConnectionError, HttpRequestError.NameResolutionError, HttpRequestError.SecureConnectionError, HttpRequestError.ProxyTunnelError])
            Reason(new HttpRequestException(error)).ShouldBe(BackOffReason.ConnectFailed, error.ToString());
        Reason(new HttpRequestException("refused", new SocketException((int)SocketError.ConnectionRefused))).ShouldBe(BackOffReason.ConnectFailed);
        Reason(new HttpRequestException(HttpRequestError.SecureConnectionError, "bad certificate", new AuthenticationException())).ShouldBe(BackOffReason.ConnectFailed);
    }

    [Fact]
    public void Classify_AConnectionThatBreaks_IsBroken()
    {
        foreach (var error in Enum.GetValues<HttpRequestError>().Except(
            [HttpRequestError.ConnectionError, HttpRequestError.NameResolutionError, HttpRequestError.SecureConnectionError, HttpRequestError.ProxyTunnelError]))
            Reason(new HttpRequestException(error)).ShouldBe(BackOffReason.Broken, error.ToString());
        Reason(new HttpRequestException("reset", new SocketException((int)SocketError.ConnectionReset))).ShouldBe(BackOffReason.Broken);
    }

    private static DeliveryOutcome Classify(int status, string? retryAfter = null)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        if (retryAfter is not null)
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter).ShouldBeTrue(status.ToString(CultureInfo.InvariantCulture));
        return OutcomeClassifier.Classify(response, Some.Time);
    }

    private static BackOffReason Reason(HttpRequestException e) => OutcomeClassifier.Classify(e).ShouldBeOfType<DeliveryOutcome.BackOff>().Reason;
}
