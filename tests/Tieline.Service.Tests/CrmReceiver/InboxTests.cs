extern alias receiver;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using receiver::CrmReceiver;

namespace Tieline.Service.Tests.CrmReceiver;

public sealed class InboxTests : IDisposable
{
    private static readonly DateTimeOffset _noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly Inbox _inbox = new(maxRecords: 1000, log: null, new FakeTimeProvider(_noon.AddSeconds(1)));

    [Fact]
    public void The_newest_state_wins_whatever_came_last()
    {
        Receive("evt_2", "completed", _noon);
        Receive("evt_1", "transfer", _noon.AddSeconds(-5));

        _inbox.Since(0).Conversations.ShouldHaveSingleItem().ShouldBe(new ConversationLine("c1", "conversation.state", "completed", _noon, 2));
    }

    [Fact]
    public void Of_two_states_at_the_same_instant_the_later_arrival_wins()
    {
        Receive("evt_1", "transfer", _noon);
        Receive("evt_2", "completed", _noon);

        _inbox.Since(0).Conversations.ShouldHaveSingleItem().State.ShouldBe("completed");
    }

    [Fact]
    public void Another_copy_changes_nothing_but_is_shown()
    {
        Receive("evt_1", "transfer", _noon);
        Receive("evt_1", "transfer", _noon);

        var update = _inbox.Since(1);
        update.Arrivals.ShouldHaveSingleItem().Copy.ShouldBe(2);
        update.Conversations.ShouldBeEmpty();
    }

    [Fact]
    public void The_page_is_given_at_most_the_last_200()
    {
        for (var i = 1; i <= 250; i++)
            Receive($"evt_{i}", "completed", _noon, $"c{i}");

        var update = _inbox.Since(0);
        update.Arrivals.Select(arrival => arrival.Number).ShouldBe(Enumerable.Range(51, 200).Select(i => (long)i));
        update.Conversations.Count.ShouldBe(ConversationTable.MaxShown);
        update.Conversations[0].Id.ShouldBe("c250");
    }

    [Fact]
    public void The_delay_is_measured_from_the_events_own_time()
    {
        _inbox.Stats.P99Ms.ShouldBeNull();
        Receive("evt_1", "completed", _noon);

        _inbox.Stats.P99Ms.ShouldBe(1000);
    }

    public void Dispose() => _inbox.Dispose();

    private void Receive(string id, string state, DateTimeOffset timestamp, string conversationId = "c1") =>
        _inbox.Receive(new receiver::CrmReceiver.Delivery(id, conversationId, "conversation.state", state, timestamp, [], "live"), JsonDocument.Parse("{}").RootElement);
}
