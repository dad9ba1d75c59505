using CsCheck;
using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.TestKit;

namespace Tieline.Tests.Genesys;

public sealed class SourceClockTests
{
    private readonly ManualTime _time = new();
    private readonly SourceClock _clock;

    public SourceClockTests() => _clock = new SourceClock(_time);

    [Fact]
    public void Before_any_answer_it_is_this_machines_clock()
    {
        _clock.Offset.ShouldBeNull();
        (_clock.Now.Source, _clock.Now.System).ShouldBe((_time.GetUtcNow(), _time.GetUtcNow()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    [InlineData(0.999)]
    public void Clocks_that_may_agree_are_said_to(double fraction)
    {
        _time.Advance(TimeSpan.FromSeconds(fraction));
        Answered(_time.Unset);
        _clock.Offset.ShouldBe(TimeSpan.Zero);
    }

    /// <summary>Kestrel makes a <c>Date</c> once a second, at any moment of it, and later under load: what it sends is up to two seconds old besides what was cut.</summary>
    [Fact]
    public void The_date_of_a_server_that_makes_it_once_a_second_does_not_set_a_clock_back_that_is_right() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0, 0.99].Array[2, 40], Gen.Double[0, 0.3]).Sample((phase, lateness, pause) =>
        {
            var time = new ManualTime();
            time.Advance(TimeSpan.FromSeconds(phase));
            var clock = new SourceClock(time);
            var (made, next) = (time.Unset, time.Unset.AddSeconds(1 + lateness[0]));
            foreach (var late in lateness)
            {
                if (time.Unset >= next)
                    (made, next) = (time.Unset, time.Unset.AddSeconds(1 + late));
                var now = time.GetMonotonicTime();
                clock.Note(Cut(made), now, now);
                clock.Offset.ShouldBe(TimeSpan.Zero);
                time.Advance(TimeSpan.FromSeconds(Math.Min(pause + 0.01, (next - time.Unset).TotalSeconds)));
            }
        });

    [Theory]
    [InlineData(-7_200)]
    [InlineData(300)]
    public void A_difference_is_measured_to_the_second(double seconds)
    {
        Answered(_time.Unset.AddSeconds(seconds));
        (_clock.Offset!.Value.TotalSeconds - seconds).ShouldBeInRange(-1, 1);
    }

    [Theory]
    [InlineData(-7_200)]
    [InlineData(365 * 86_400)]
    public void Who_sets_this_machines_clock_does_not_move_it(double step)
    {
        Answered(_time.Unset);
        _time.StepClock(TimeSpan.FromSeconds(step));
        _time.Advance(TimeSpan.FromHours(1));
        (_clock.Now.Source - _time.Unset).Duration().ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(1));
        (_clock.Now.System - _time.Unset).TotalSeconds.ShouldBe(step);
    }

    [Fact]
    public void One_answer_that_contradicts_the_others_is_not_believed_and_two_that_agree_are()
    {
        Answered(_time.Unset);
        Answered(_time.Unset.AddHours(5));
        _clock.Offset.ShouldBe(TimeSpan.Zero);
        Answered(_time.Unset);
        Answered(_time.Unset.AddHours(5));
        _clock.Offset.ShouldBe(TimeSpan.Zero, "the one in between agreed with what was known");
        Answered(_time.Unset.AddHours(5));
        _clock.Offset!.Value.TotalHours.ShouldBe(5, 0.001);
    }

    /// <summary>However long the ways and whatever the second, the truth is never ruled out, and no further off than the best answer.</summary>
    [Fact]
    public void What_is_known_is_never_more_than_a_second_and_the_shortest_way_off_and_three_where_the_clocks_nearly_agree() =>
        Gen.Select(Gen.Double[-100_000, 100_000], Gen.Select(Gen.Double[0, 5], Gen.Double[0, 5], Gen.Double[0, 100]).Array[1, 12]).Sample((ahead, ways) =>
        {
            var time = new ManualTime();
            var clock = new SourceClock(time);
            foreach (var (there, back, pause) in ways)
            {
                var sent = time.GetMonotonicTime();
                time.Advance(TimeSpan.FromSeconds(there));
                var date = Cut(time.Unset.AddSeconds(ahead));
                time.Advance(TimeSpan.FromSeconds(back));
                clock.Note(date, sent, time.GetMonotonicTime());
                time.Advance(TimeSpan.FromSeconds(pause));
            }

            var shortest = ways.Min(way => way.Item1 + way.Item2);
            var off = (clock.Now.Source - time.Unset.AddSeconds(ahead)).Duration();
            off.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(shortest + (ahead < 0 && -ahead <= shortest + 3 ? 3 : 1.2))); // up to there, nothing shows that this machine's clock is ahead
        });

    private void Answered(DateTimeOffset theirs) => _clock.Note(Cut(theirs), _time.GetMonotonicTime(), _time.GetMonotonicTime());

    private static DateTimeOffset Cut(DateTimeOffset time) => new(time.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
}
