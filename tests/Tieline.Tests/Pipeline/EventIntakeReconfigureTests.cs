using System.Text.Json.Nodes;
using Tieline.Filtering;
using Tieline.Journal;

namespace Tieline.Tests.Pipeline;

public sealed class EventIntakeReconfigureTests
{
    [Fact]
    public async Task Another_filter_and_redaction_hold_from_the_next_frame_on_and_the_journal_has_the_change_between_the_two()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Frame(1, "completed"));
        await rig.OfferAsync(Frame(2, "alerting"));
        var change = await rig.Intake.ReconfigureAsync(
            new EventFilter(new FilterOptions { Rules = [new FilterRuleOptions { Type = "conversation.state", States = ["alerting"] }] }),
            new IdentityRedactor(IdentityMode.Omit, [1]),
            sequence => new JournalWork.Reconfigure(
                [IntakeRig.Destination], new Dictionary<string, StartPoint>(), [new JsonObject { ["key"] = "Filter", ["afterSequence"] = sequence }], new(TaskCreationOptions.RunContinuationsAsynchronously)),
            rig.Limit);
        await rig.OfferAsync(Frame(3, "completed"));
        await rig.OfferAsync(Frame(4, "alerting"));

        (await rig.DeliverableAsync()).ShouldBe([1, 4]);
        await rig.Journal.ReconfiguredAsync(change, rig.Limit);
        rig.Rows("SELECT kind FROM fact ORDER BY number", row => row.GetString(0)).ShouldBe(["accepted", "reconfigured", "accepted"]);
        rig.Rows("SELECT detail FROM fact WHERE kind = 'reconfigured'", row => row.GetString(0)).ShouldBe(["""{"key":"Filter","afterSequence":2,"afterPosition":1}"""]);
        rig.Rows("SELECT participants FROM event ORDER BY position", row => row.GetString(0).Contains("user:7", StringComparison.Ordinal)).ShouldBe([true, false]);
    }

    private static string Frame(long sequence, string state) =>
        $$"""{"sequence":{{sequence}},"conversationId":"c1","type":"conversation.state","state":"{{state}}","timestamp":"2026-03-02T09:00:00Z","participants":[{"id":"p1","role":"agent","identity":"user:7"}]}""";
}
