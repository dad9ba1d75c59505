using Tieline.Simulator.World;

namespace Tieline.Simulator.Tests.World;

public class SimulatedEventIdTests
{
    [Theory]   // docs/formats/event-id.md
    [InlineData("6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01", "conversation.state", "completed", "2026-03-02T09:14:07.218Z", "evt_15405078d1969fe282763a5b7d8dac1b")]
    [InlineData("6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01", "conversation.state", "abandoned", "2026-03-02T09:14:07.218Z", "evt_afb77aa28f0102bec33b30cb5adf200f")]
    [InlineData("6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01", "conversation.state", "transfer", "2026-03-02T09:14:07.218Z", "evt_e31563090d8ac47887797bc8718b1a2e")]
    [InlineData("e89c3316-0fff-5273-8018-f60b33ac5259", "routing.queue", "queued", "2026-03-02T09:00:08.270Z", "evt_4f60b4b8fbc58d79bbe81096d780e923")]
    [InlineData("e89c3316-0fff-5273-8018-f60b33ac5259", "routing.queue", null, "2026-03-02T09:00:08.270Z", "evt_4f60b4b8fbc58d79bbe81096d780e923")]
    [InlineData("c1", "conversation.hold", null, "1970-01-01T00:00:00.000Z", "evt_fd70622d0e7d7f9b6930d1e24eb9d7fd")]
    public void Of_AsDocumented_GivesTheVector(string conversation, string type, string? state, string time, string id) =>
        SimulatedEventId.Of(conversation, type, state, DateTimeOffset.Parse(time).ToUnixTimeMilliseconds()).ShouldBe(id);

    [Theory]   // docs/formats/event-id.md, version 2
    [InlineData("6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01", "completed", "2026-03-03T10:20:30.456Z", "evt_48d95136575b8e7cab6edf7bf14420f7")]
    [InlineData("6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01", "abandoned", "2026-03-04T11:00:00.000Z", "evt_ead1ddcd4b54135881a7ff6915267da4")]
    [InlineData("c1", "completed", "1970-01-01T00:00:00.000Z", "evt_84ba7f2c98282d8e5de5e21de7aca230")]
    public void Of_AFurtherEnd_GivesTheVector(string conversation, string state, string time, string id) =>
        SimulatedEventId.Of(conversation, "conversation.state", state, DateTimeOffset.Parse(time).ToUnixTimeMilliseconds(), endsAgain: true).ShouldBe(id);
}
