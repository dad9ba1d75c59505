using System.Globalization;
using System.Text;
using CsCheck;
using Tieline.Events;
using Tieline.TestKit;

namespace Tieline.Tests.Events;

public sealed class EventTimeTests
{
    [Theory]
    [InlineData("2026-03-02T09:14:07.218Z", "2026-03-02T09:14:07.218Z")]
    [InlineData("2026-03-02T09:14:07Z", "2026-03-02T09:14:07.000Z")]
    [InlineData("2026-03-02T09:14:07.2Z", "2026-03-02T09:14:07.200Z")]
    [InlineData("2026-03-02T09:14:07.21Z", "2026-03-02T09:14:07.210Z")]
    [InlineData("2026-03-02T09:14:07.2189Z", "2026-03-02T09:14:07.218Z")]
    [InlineData("2026-03-02T09:14:07.218999Z", "2026-03-02T09:14:07.218Z")]
    [InlineData("2026-03-02T09:14:07.2189999Z", "2026-03-02T09:14:07.218Z")]
    [InlineData("2026-03-02T09:14:07.21899999Z", "2026-03-02T09:14:07.218Z")]
    [InlineData("2026-03-02T09:14:07.218999999Z", "2026-03-02T09:14:07.218Z")]
    [InlineData("2026-12-31T23:59:59.999999999999Z", "2026-12-31T23:59:59.999Z")]
    [InlineData("2026-03-02T09:14:07.218", "2026-03-02T09:14:07.218Z")]
    [InlineData("2026-03-02T09:14:07", "2026-03-02T09:14:07.000Z")]
    [InlineData("2026-03-02T09:14Z", "2026-03-02T09:14:00.000Z")]
    [InlineData("2026-03-02T09:14:07.218+02:00", "2026-03-02T07:14:07.218Z")]
    [InlineData("2026-03-02T09:14:07.218-05:30", "2026-03-02T14:44:07.218Z")]
    [InlineData("2026-03-02T09:14:07.218+0000", "2026-03-02T09:14:07.218Z")]
    [InlineData("2026-03-02T23:30:00.000-0100", "2026-03-03T00:30:00.000Z")]
    [InlineData("2024-02-29T00:00:00.000Z", "2024-02-29T00:00:00.000Z")]
    [InlineData("1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z")]
    [InlineData("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z")]
    public void TryParse_AnIsoTime_IsUtcCutToMilliseconds(string text, string expected)
    {
        EventTime.TryParse(Encoding.UTF8.GetBytes(text), out var time).ShouldBeTrue();
        time.Offset.ShouldBe(TimeSpan.Zero);
        EventTime.ToText(time).ShouldBe(expected);
        (time.UtcTicks % TimeSpan.TicksPerMillisecond).ShouldBe(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("1772442847218")]
    [InlineData("2026-03-02")]
    [InlineData("09:14:07.218Z")]
    [InlineData("02/03/2026 09:14:07")]
    [InlineData("2026-Mar-02 09:14:07")]
    [InlineData("2026-3-2T9:14:7Z")]
    [InlineData("2026-13-02T09:14:07.218Z")]
    [InlineData("2026-00-02T09:14:07.218Z")]
    [InlineData("2026-02-29T09:14:07.218Z")]
    [InlineData("2026-03-32T09:14:07.218Z")]
    [InlineData("2026-03-02T24:14:07.218Z")]
    [InlineData("2026-03-02T09:60:07.218Z")]
    [InlineData("2026-03-02T09:14:61.218Z")]
    [InlineData("2026-03-02T09:14:07.Z")]
    [InlineData("2026-03-02T09:14:07.218ZZ")]
    [InlineData("2026-03-02T09:14:07.218Z ")]
    [InlineData(" 2026-03-02T09:14:07.218Z")]
    [InlineData("2026-03-02T09:14:07.218+25:00")]
    [InlineData("2026-03-02T09:14:07.218+01:60")]
    [InlineData("2026-03-02T09:14:07.218+")]
    [InlineData("2026-03-02T09:14:07.218 GMT")]
    [InlineData("0000-03-02T09:14:07.218Z")]
    [InlineData("0001-01-01T00:00:00.000+14:00")]
    [InlineData("9999-12-31T23:59:59.999-14:00")]
    [InlineData("+002026-03-02T09:14:07.218Z")]
    [InlineData("２０２６-03-02T09:14:07.218Z")]
    [InlineData("2026-03-02T09:14:07.21800000000000000000000000000000Z")]
    public void TryParse_AnythingElse_IsNoTime(string text) => EventTime.TryParse(Encoding.UTF8.GetBytes(text), out _).ShouldBeFalse();

    [Fact]
    public void TryParse_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 45].Sample(bytes => EventTime.TryParse(bytes, out var time) || time == default);

    [Fact]
    public void TryParse_AnyTimeWithAnyOffsetAndFraction_IsThatTimeCut() =>
        Gen.Select(Gen.Long[-62_000_000_000_000, 253_000_000_000_000], Gen.Int[-14 * 60, 14 * 60], Gen.Int[0, 9_999]).Sample((ms, offset, rest) =>
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(ms);
            var text = time.AddTicks(rest).ToOffset(TimeSpan.FromMinutes(offset)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture);
            return EventTime.TryParse(Encoding.UTF8.GetBytes(text), out var parsed) && parsed == time;
        });

    [Fact]
    public void TryParse_WhatToTextWrote_IsTheSameTime() =>
        Gen.Long[-62_000_000_000_000, 253_000_000_000_000].Select(DateTimeOffset.FromUnixTimeMilliseconds).Sample(time =>
            EventTime.TryParse(Encoding.UTF8.GetBytes(EventTime.ToText(time)), out var parsed) && parsed == time);

    [Fact]
    public void Write_AnyTime_IsWhatToTextSays() =>
        Gen.Long[-62_000_000_000_000, 253_000_000_000_000].Select(DateTimeOffset.FromUnixTimeMilliseconds).Sample(time =>
        {
            Span<byte> bytes = stackalloc byte[EventTime.WriteRoom];
            return Encoding.UTF8.GetString(bytes[..EventTime.Write(time, bytes)]) == EventTime.ToText(time);
        });

    [Theory]
    [InlineData("1999-12-31T23:59:59.999Z", false)]
    [InlineData("2000-01-01T00:00:00.000Z", true)]
    [InlineData("2026-03-03T09:00:00.000Z", true)]
    [InlineData("2026-03-03T09:00:00.001Z", false)]
    [InlineData("0001-01-01T00:00:00.000Z", false)]
    [InlineData("9999-12-31T23:59:59.999Z", false)]
    public void IsPlausible_Only_From2000ToADayAhead(string text, bool plausible)
    {
        EventTime.TryParse(Encoding.UTF8.GetBytes(text), out var time).ShouldBeTrue();
        EventTime.IsPlausible(time, Some.Time).ShouldBe(plausible);
    }
}
