using CsCheck;
using Tieline.Sequencing;
using static Tieline.Tests.Pipeline.BackfillRig;

namespace Tieline.Tests.Pipeline;

/// <summary>What is durable never prevents a start, whatever it says.</summary>
public sealed class BackfillPoisonTests
{
    /// <summary>Times as an integer column can have them: those that mean something, those at the ends of what .NET can tell, and any.</summary>
    private static readonly Gen<long> _times = Gen.OneOf(
        Gen.Long,
        Any(long.MinValue, long.MaxValue, 0, -62_135_596_800_000, -62_135_596_800_001, 253_402_300_799_999, 253_402_300_800_000, 946_684_800_000),
        Gen.Long[At(0).ToUnixTimeMilliseconds() - 100_000, At(0).ToUnixTimeMilliseconds() + 100_000]);

    private static readonly Gen<string> _rows =
        from @from in _times.Nullable()
        from to in _times.Nullable()
        from seen in _times
        from confirmed in _times
        from due in _times.Nullable()
        from reason in Any("hole", "reconnect", "restart", "unreadable", "renumbered", "manual")
        from state in Any("open", "filling", "seen", "abandoned")
        from missing in Any("", "2", "2-9")
        let begin = reason == "manual" && @from < 1_700_000_000_000 ? null : @from // one of decades is asked for in hundreds of calls, as it was meant
        select FormattableString.Invariant(
            $"1, {(missing.Length > 0 ? "2" : "NULL")}, {(missing.Length > 0 ? "9" : "NULL")}, '{missing}', '{reason}', '{state}', {Sql(begin)}, {Sql(to)}, {seen}, {confirmed}, {Sql(due)}");

    [Fact]
    public async Task A_span_from_the_beginning_of_time_ends_nothing()
    {
        await using var rig = new BackfillRig();
        rig.Rig.Logs.Expect(6202);
        rig.Start();
        await rig.OfferAsync((1, 10));
        await rig.Rig.Intake.RequestAsync(DateTimeOffset.MinValue, DateTimeOffset.MinValue.AddDays(1), rig.Rig.Limit);
        await rig.SettleAsync();
        (await rig.GapsAsync()).ShouldHaveSingleItem().ShouldStartWith("manual abandoned 0 0 0 ");
        await rig.OfferAsync((4, 30));
        await rig.Rig.ExpireAsync(2);
        await rig.AskedAsync(1);
        (await rig.GapsAsync())[1].ShouldStartWith("hole filling 1 ");
    }

    [Fact]
    public async Task Whatever_gaps_are_on_record_it_starts_and_asks_for_the_others()
    {
        await _rows.Array[1, 3].SampleAsync(
            async rows =>
            {
                await using var rig = new BackfillRig();
                rig.Rig.Logs.Expect(6202);
                rig.Rig.Logs.Expect(2052); // a row that nobody could handle is set aside at the start
                await rig.OfferAsync((1, 10));
                await rig.Rig.RestartAsync(
                    $"""
                    {string.Join('\n', rows.Select((row, index) => $"INSERT INTO gap(number, epoch, first_sequence, last_sequence, missing, reason, state, from_time, to_time, seen_at, confirmed_at, next_ask_at) VALUES ({index + 1}, {row});"))}
                    UPDATE mark SET next_gap = {rows.Length + 1};
                    """);
                rig.Rig.StartWriting();
                rig.Start();
                await rig.SettleAsync();
                await rig.ReconnectAsync();
                await rig.PassAsync(5);
                (await rig.GapsAsync())[^1].ShouldStartWith($"{GapReasonNames.Of(GapReason.Restart)} fill");
            },
            iter: 12,
            threads: 1,
            print: rows => string.Join('\n', rows));
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static string Sql(long? value) => value is { } known ? FormattableString.Invariant($"{known}") : "NULL";
}
