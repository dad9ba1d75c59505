using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

public sealed class OpenConversationsTests
{
    private readonly List<ConversationSign> _signs = [];

    [Fact]
    public async Task Those_that_go_on_and_those_that_ended_since_are_asked_for_the_last_heard_of_first()
    {
        Sign("old", -3_000);
        Sign("ended long ago", -9_000, isEnd: true);
        Sign("ended since", -1_000);
        Sign("young", 10);
        Sign("ended since", 20, isEnd: true);
        Sign("ended before", -30, isEnd: true);
        Sign("next week", 700_000);
        (await FollowedAsync()).Between(At(0), At(30)).First(10).ShouldBe(["ended since", "young", "old"], "however late it is asked");
        _signs.RemoveAt(_signs.Count - 1);
        (await FollowedAsync()).Between(At(0), At(30)).First(10).ShouldBe(["ended since", "young", "old"]);
        (await FollowedAsync(At(-40))).Between(At(-40), At(30)).First(2).ShouldBe(["ended since", "young"]);
    }

    [Fact]
    public async Task One_that_was_reopened_is_open_again_whatever_the_order_in_which_the_journal_has_it()
    {
        Sign("reopened", -9_000);
        Sign("reopened", -8_000, isEnd: true);
        Sign("reopened", -5_000);
        Sign("over", -5_000);
        Sign("over", -4_000, isEnd: true);
        Sign("over", -9_000);
        Sign("over", -8_000, isEnd: true);
        (await FollowedAsync()).Between(At(0), At(30)).First(10).ShouldBe(["reopened"]);
    }

    [Fact]
    public async Task What_has_come_or_is_forgotten_is_not_asked_for()
    {
        foreach (var conversation in (string[])["a", "b", "c"])
            Sign(conversation, 1);
        var open = await FollowedAsync();
        open.Forget("a");
        var rest = open.Between(At(0), At(30));
        rest.Remove("b");
        (rest.Count, rest.First(9).Single()).ShouldBe((1, "c"));
    }

    [Fact]
    public async Task However_many_there_are_so_many_are_remembered()
    {
        for (var number = 0; number < 150_000; number++)
            Sign($"c{number}", number * 0.001);
        (await FollowedAsync()).Count.ShouldBeInRange(OpenConversations.Capacity, 2 * OpenConversations.Capacity);
    }

    private void Sign(string conversation, double seconds, bool isEnd = false) => _signs.Add(new ConversationSign(new JournalPosition(_signs.Count + 1), conversation, At(seconds), isEnd));

    private async Task<OpenConversations> FollowedAsync(DateTimeOffset? endedSince = null)
    {
        var open = new OpenConversations(endedSince);
        await open.FollowAsync((after, limit) => [.. _signs.Skip((int)after.Value).Take(limit)], TestContext.Current.CancellationToken);
        return open;
    }

    private static DateTimeOffset At(double seconds) => Some.Time.AddSeconds(seconds);
}
