using CsCheck;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Details;

public sealed class DetailsSlicesTests
{
    private static readonly DateTimeOffset _day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<DateTimeOffset> _time = Gen.Int[0, 100 * 24 * 60].Select(minute => _day.AddMinutes(minute));

    /// <summary>Whatever lies where, and whether Genesys looks at the hour or at the day only: the slices that are read follow each other without a hole, from the start to the end.</summary>
    [Fact]
    public void The_slices_read_are_the_span() =>
        Gen.Select(_time, _time, Gen.Select(_time, Gen.Int[1, 60_000]).Array[0, 30], Gen.Bool).Sample((one, other, loads, isByDay) =>
        {
            var span = new DetailsSpan(one < other ? one : other, one < other ? other : one, []);
            var read = Read(new DetailsSlices(span, null), slice => HitsOf(slice, loads, isByDay)).Read;
            return read.Count == 0
                ? span.Length == TimeSpan.Zero
                : read[0].From == span.From && read[^1].To == span.To && read.Zip(read.Skip(1)).All(pair => pair.First.To == pair.Second.From)
                    && read.All(slice => slice.From < slice.To && slice.Length <= DetailsQuery.MaxInterval);
        });

    /// <summary>From any slice's cursor on, the rest is read: nothing before it, all after it.</summary>
    [Fact]
    public void Resuming_reads_the_rest() =>
        Gen.Select(_time, Gen.Int[1, 100 * 24], Gen.Select(_time, Gen.Int[1, 60_000]).Array[0, 30], Gen.Int[0, 1000]).Sample((from, hours, loads, at) =>
        {
            var span = new DetailsSpan(from, from.AddHours(hours), []);
            var (_, cursors) = Read(new DetailsSlices(span, null), slice => HitsOf(slice, loads, isByDay: false));
            var cursor = cursors[at % cursors.Count];
            var rest = Read(new DetailsSlices(span, cursor), slice => HitsOf(slice, loads, isByDay: false)).Read;
            return rest.Count == 0 ? cursor.To == span.To && cursor.From == span.To : rest[0].From == cursor.From && rest[^1].To == span.To;
        });

    [Fact]
    public void Current_OfALongSpan_IsCutAtMidnightsWithin31Days()
    {
        var span = new DetailsSpan(_day.AddHours(9), _day.AddDays(70), []);
        Read(new DetailsSlices(span, null), _ => 1).Read.Select(slice => slice.From).ShouldBe([_day.AddHours(9), _day.AddDays(31), _day.AddDays(62)]);
    }

    [Fact]
    public void TryRecut_TooManyHits_HalvesDownToAMinute()
    {
        var slices = new DetailsSlices(new DetailsSpan(_day, _day.AddMinutes(3), []), null);
        slices.TryRecut(10_000).ShouldBeFalse();
        slices.TryRecut(300_000).ShouldBeTrue();
        slices.Current.ShouldBe(new DetailsSlice(_day, _day.AddMinutes(1.5)));
        slices.TryRecut(200_000).ShouldBeFalse();
        slices.Following.ShouldBe(new DetailsCursor(_day.AddMinutes(1.5), _day.AddMinutes(3), 1));
    }

    [Fact]
    public void TryRecut_ACutThatChangesNothing_IsTakenBack()
    {
        var slices = new DetailsSlices(new DetailsSpan(_day, _day.AddDays(1), []), null);
        slices.TryRecut(30_000).ShouldBeTrue();
        slices.Current.ShouldBe(new DetailsSlice(_day, _day.AddHours(12)));
        slices.TryRecut(30_010).ShouldBeTrue();
        slices.Current.ShouldBe(new DetailsSlice(_day, _day.AddDays(1)));
        slices.TryRecut(30_020).ShouldBeFalse();
        slices.Next();
        slices.Current.ShouldBeNull();
    }

    [Fact]
    public void Resume_OutsideTheSpan_IsNotHeeded() =>
        new DetailsSlices(new DetailsSpan(_day, _day.AddDays(1), []), new DetailsCursor(_day.AddDays(-1), _day, 4)).Current.ShouldBe(new DetailsSlice(_day, _day.AddDays(1)));

    private static (List<DetailsSlice> Read, List<DetailsCursor> Cursors) Read(DetailsSlices slices, Func<DetailsSlice, long> hits)
    {
        var read = new List<DetailsSlice>();
        var cursors = new List<DetailsCursor>();
        for (var asked = 0; slices.Current is { } slice; asked++)
        {
            asked.ShouldBeLessThan(100_000);
            if (slices.TryRecut(hits(slice)))
                continue;
            read.Add(slice);
            cursors.Add(new DetailsCursor(slice.From, slice.To, 2));
            cursors.Add(slices.Following);
            slices.Next();
        }

        if (cursors.Count == 0)
            cursors.Add(slices.Following);
        return (read, cursors);
    }

    private static long HitsOf(DetailsSlice slice, (DateTimeOffset At, int Hits)[] loads, bool isByDay)
    {
        var from = isByDay ? new DateTimeOffset(slice.From.UtcDateTime.Date, TimeSpan.Zero) : slice.From;
        var to = isByDay ? new DateTimeOffset(slice.To.AddTicks(-1).UtcDateTime.Date, TimeSpan.Zero).AddDays(1) : slice.To;
        return loads.Where(load => load.At >= from && load.At < to).Sum(load => (long)load.Hits);
    }
}
