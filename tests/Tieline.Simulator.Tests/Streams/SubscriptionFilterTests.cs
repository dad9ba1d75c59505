using System.Text;
using Tieline.Simulator.Streams;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Tests.Streams;

public class SubscriptionFilterTests
{
    private static readonly SubscriptionFilter Live = Parse(Rig.SubscribeLive);

    [Theory]
    [InlineData(nameof(ConversationState.None), nameof(ConversationState.Queued), true)]
    [InlineData(nameof(ConversationState.Active), nameof(ConversationState.Active), true)]
    [InlineData(nameof(ConversationState.Wrapup), nameof(ConversationState.Completed), true)]      // the way out of a live state
    [InlineData(nameof(ConversationState.Waiting), nameof(ConversationState.Abandoned), true)]
    [InlineData(nameof(ConversationState.Active), nameof(ConversationState.Transfer), true)]
    [InlineData(nameof(ConversationState.Transfer), nameof(ConversationState.Queued), true)]
    [InlineData(nameof(ConversationState.Transfer), nameof(ConversationState.Completed), false)]
    [InlineData(nameof(ConversationState.Completed), nameof(ConversationState.Completed), false)]  // archived
    [InlineData(nameof(ConversationState.None), nameof(ConversationState.Completed), false)]
    public void An_event_passes_by_the_state_before_or_after_it(string before, string after, bool passes) =>
        Live.Matches(MediaType.Voice, Enum.Parse<ConversationState>(before), Enum.Parse<ConversationState>(after)).ShouldBe(passes);

    [Theory]
    [InlineData("{}", nameof(MediaType.Email), true)]
    [InlineData("""{"types":["voice"]}""", nameof(MediaType.Voice), true)]
    [InlineData("""{"types":["voice"]}""", nameof(MediaType.Email), false)]
    [InlineData("""{"types":["webchat"]}""", nameof(MediaType.WebChat), false)]   // case as written
    [InlineData("""{"types":[]}""", nameof(MediaType.Voice), false)]
    public void Types_select_by_media(string filters, string media, bool passes) =>
        Parse($$"""{"messageType":"subscribe","subscriptions":[{"channel":"conversation","filters":{{filters}}}]}""")
            .Matches(Enum.Parse<MediaType>(media), ConversationState.Active, ConversationState.Active).ShouldBe(passes);

    [Fact]
    public void Several_subscriptions_ask_for_what_any_of_them_does()
    {
        var filter = Parse("""{"messageType":"subscribe","subscriptions":[{"channel":"conversation","filters":{"types":["voice"]}},{"channel":"conversation","filters":{"types":["email"]}}]}""");
        filter.Matches(MediaType.Email, ConversationState.Active, ConversationState.Active).ShouldBeTrue();
        filter.Matches(MediaType.WebChat, ConversationState.Active, ConversationState.Active).ShouldBeFalse();
    }

    [Theory]
    [InlineData("{", 1007)]
    [InlineData("[]", 1008)]
    [InlineData("""{"messageType":"subscribe"}""", 1008)]
    [InlineData("""{"messageType":"subscribe","subscriptions":[1]}""", 1008)]
    [InlineData("""{"messageType":"subscribe","subscriptions":[{"channel":"conversation","filters":{"types":"voice"}}]}""", 1008)]
    public void What_is_not_a_subscribe_message_says_how_it_would_be_closed(string message, int code) =>
        Should.Throw<SubscribeException>(() => Parse(message)).CloseCode.ShouldBe(code);

    private static SubscriptionFilter Parse(string message) => SubscriptionFilter.Parse(Encoding.UTF8.GetBytes(message));
}
