using System.Net;
using Tieline.Http;
using Tieline.TestKit;

namespace Tieline.Tests.Http;

/// <summary>The header as real servers write it. <see cref="Some.Time"/> is Mon, 02 Mar 2026 09:00:00 GMT.</summary>
public sealed class RetryAfterTests
{
    [Theory]
    [InlineData("7", 7)]
    [InlineData("7.5", 8)]
    [InlineData("7.0", 7)]
    [InlineData("0.2", 1)]
    [InlineData(".5", 1)]
    [InlineData("  7 ", 7)]
    [InlineData("0", 0)]
    [InlineData("Mon, 02 Mar 2026 09:00:30 GMT", 30)]
    [InlineData("Monday, 02-Mar-26 09:00:30 GMT", 30)]
    [InlineData("Mon Mar  2 09:00:30 2026", 30)]
    [InlineData("2026-03-02T09:00:30Z", 30)]
    [InlineData("2026-03-02T10:00:30.250+01:00", 31)]
    [InlineData("Mon, 02 Mar 2026 08:59:00 GMT", 0)]
    [InlineData("7200", 7200)]
    [InlineData("86401", 86400)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 86400)]
    [InlineData("99999999999999999999999999999999999999", 86400)]
    [InlineData("6, 12", 12)]
    [InlineData("Mon, 02 Mar 2026 09:00:30 GMT, 12", 30)]
    [InlineData("12, Mon, 02 Mar 2026 09:00:30 GMT", 30)]
    [InlineData("soon, 12", 12)]
    public void Read_WhatServersWrite_IsRead(string value, int seconds) =>
        RetryAfter.Read([value], Some.Time).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("-5")]
    [InlineData("-0.5")]
    [InlineData("soon")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e3")]
    [InlineData("5s")]
    [InlineData("0x10")]
    [InlineData("Mon, 02 Mar 2026")]
    [InlineData("\u0667")]
    public void Read_WhatIsNoTime_IsNone(string value) => RetryAfter.Read([value], Some.Time).ShouldBeNull();

    [Fact]
    public void Read_MoreDigitsThanAnyNumberHas_IsTheBound() => RetryAfter.Read([new string('9', 400)], Some.Time).ShouldBe(RetryAfter.Longest);

    /// <summary>A gateway adds its own to the application's: whichever is longer, both are then over.</summary>
    [Fact]
    public void Read_SeveralHeaders_IsTheLongest() =>
        Read(null, "6", "Mon, 02 Mar 2026 09:00:30 GMT", "nonsense").ShouldBe(TimeSpan.FromSeconds(30));

    [Fact]
    public void Read_NoHeader_IsNone() => Read(Some.Time).ShouldBeNull();

    /// <summary>A server 20 minutes ahead, or behind, means what its own clock says.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(-20)]
    public void Read_ADate_IsByTheClockOfWhoAnswered(int minutes)
    {
        var theirs = Some.Time.AddMinutes(minutes);
        Read(theirs, theirs.AddSeconds(6).ToString("R")).ShouldBe(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void Read_ADateInAnAnswerThatACacheKept_IsLessItsAge()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Headers = { Date = Some.Time, Age = TimeSpan.FromSeconds(20) } };
        response.Headers.TryAddWithoutValidation("Retry-After", Some.Time.AddSeconds(30).ToString("R"));
        RetryAfter.Read(response.Headers, Some.Time.AddYears(1)).ShouldBe(TimeSpan.FromSeconds(10));
    }

    private static TimeSpan? Read(DateTimeOffset? date, params string[] values)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Headers = { Date = date } };
        foreach (var value in values)
            response.Headers.TryAddWithoutValidation("Retry-After", value);
        return RetryAfter.Read(response.Headers, Some.Time);
    }
}
