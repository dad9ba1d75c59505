using Tieline.Events;
using Tieline.TestKit;

namespace Tieline.Tests.Events;

/// <summary>The rule of docs/adr/0044-an-end-belongs-to-an-episode.md, as a table.</summary>
public sealed class EpisodeRuleTests
{
    private static readonly TimeSpan _within = TimeSpan.FromSeconds(2);

    /// <summary>An end is <c>PATH STATE@SECONDS [since SECONDS]</c>, an activity the same; paths: stream, snapshot, fetched.</summary>
    [Theory]
    [InlineData("the same", "stream completed@60", "stream completed@60", "", true)]
    [InlineData("dated a little differently", "stream completed@60", "fetched completed@61.9", "", true)]
    [InlineData("dated before and after a wrap-up", "snapshot completed@60", "fetched completed@360", "", true)]
    [InlineData("two paths, hours apart, and nothing between", "stream completed@60", "fetched completed@9999", "", true)]
    [InlineData("the stream tells it twice: two events", "stream completed@60", "stream completed@660", "", false)]
    [InlineData("the stream tells it twice at nearly one time", "stream completed@60", "stream completed@61.9", "", true)]
    [InlineData("the stream tells two states", "stream abandoned@60", "stream completed@60", "", false)]
    [InlineData("snapshots tell it twice", "snapshot completed@60", "snapshot completed@360", "", true)]
    [InlineData("it went on between", "snapshot completed@60", "snapshot completed@660", "snapshot queued@600", false)]
    [InlineData("it went on between, over another path", "snapshot completed@60", "fetched completed@660", "stream queued@600", false)]
    [InlineData("it went on before both", "snapshot completed@60", "fetched completed@660", "stream queued@1", true)]
    [InlineData("it went on after both", "snapshot completed@60", "fetched completed@660", "stream queued@661", true)]
    [InlineData("another path dates what was before the end after it", "snapshot completed@60", "fetched completed@660", "stream queued@62", true)]
    [InlineData("one path, one clock: a moment is enough", "snapshot completed@60", "snapshot completed@660", "snapshot queued@60.001", false)]
    [InlineData("one stream, one clock: a moment is enough", "stream completed@60", "stream completed@61", "stream queued@60.001", false)]
    [InlineData("records are made anew each time: a moment is not enough", "fetched completed@60", "fetched completed@660", "fetched queued@62", true)]
    [InlineData("it went on at the very time of the later end", "snapshot completed@60", "fetched completed@660", "stream transfer@660", false)]
    [InlineData("after-call work is told of an end, not of an episode", "snapshot completed@60", "fetched completed@360", "stream wrapup@300", true)]
    [InlineData("the record shows when the later one began", "snapshot completed@60", "fetched completed@660 since 600", "", false)]
    [InlineData("the record shows that it is the whole conversation", "snapshot completed@60", "fetched completed@360 since 0", "", true)]
    [InlineData("when the earlier one began tells nothing", "fetched completed@60 since 0", "snapshot completed@660", "", true)]
    public void Two_ends_are_the_same(string what, string one, string other, string activity, bool same)
    {
        EpisodeSign[] signs = activity.Length == 0 ? [] : [Parse(activity)];
        EpisodeRule.AreSame(Parse(one), Parse(other), signs, _within).ShouldBe(same, what);
        EpisodeRule.AreSame(Parse(other), Parse(one), signs, _within).ShouldBe(same, $"{what}, the other way round");
    }

    private static EpisodeSign Parse(string text)
    {
        var words = text.Split(' ');
        var (state, at) = (words[1].Split('@')[0], Time(words[1].Split('@')[1]));
        return new EpisodeSign(state, at, state is "completed" or "abandoned", Enum.Parse<EpisodePath>(words[0], ignoreCase: true), words.Length > 3 ? Time(words[3]) : null);
    }

    private static DateTimeOffset Time(string seconds) => Some.Time.AddSeconds(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));
}
