using System.Net;
using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.TestKit;
using Tieline.Tests.Genesys.Details;
using static Tieline.Tests.Pipeline.BackfillRig;

namespace Tieline.Tests.Pipeline;

/// <summary>Conversations that last for days, against an API that finds them by the day on which they started. It is Monday, 9:01.</summary>
public sealed class OldConversationTests
{
    private static readonly TimeSpan _friday = TimeSpan.FromHours(-64);

    [Fact]
    public async Task The_end_of_a_mail_that_came_on_friday_is_fetched_on_monday_and_the_gap_says_what_was_not_looked_at()
    {
        await using var rig = new BackfillRig { Media = [] };
        rig.Genesys.Answer = asked => Answer(asked, Mail("m2"));
        rig.Start();
        await rig.Rig.OfferAsync(Some.Frame(1, "m2", EventKinds.RoutingQueue, EventKinds.Queued, _friday));
        await rig.Rig.Journal.WaitForDurabilityAsync(rig.Rig.Limit);
        await rig.OfferAsync((2, 10), (4, 30));
        await rig.Rig.ExpireAsync(2);
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldBe(["m2 queued", "c2 completed", "o2 queued fetched", "c4 completed"]);
        await rig.PassAsync(600);
        (await rig.DeliverableAsync()).ShouldBe(["m2 queued", "c2 completed", "o2 queued fetched", "c4 completed", "m2 queued fetched", "m2 completed fetched"]);
        (await rig.GapsAsync()).ShouldHaveSingleItem().ShouldStartWith("hole filled ");
        rig.Rig.Rows("SELECT not_asked FROM gap", row => row.GetString(0)).ShouldHaveSingleItem().ShouldBe("conversations that began before 2026-02-28T00:00:00.000Z and of which the journal has no event");
        rig.Rig.Rows("SELECT detail FROM fact WHERE kind = 'gap-filled'", row => row.GetString(0)).ShouldHaveSingleItem().ShouldContain("\"notAsked\":\"conversations that began before");
    }

    /// <summary>As the real API does, and the simulator; a region that knows the single form alone is asked for one after the other.</summary>
    internal static HttpResponseMessage Answer(Asked asked, params string[] records)
    {
        if (asked.Path == "/query")
            return Page([Other, .. records.Where(record => Started(record) >= asked.From.UtcDateTime.Date && Started(record) < asked.To.UtcDateTime)]);
        if (asked.Path.StartsWith("?id=", StringComparison.Ordinal))
            return Page([.. records.Where(record => Uri.UnescapeDataString(asked.Path["?id=".Length..]).Split(',').Contains(Id(record)))]);
        return records.FirstOrDefault(record => asked.Path.Contains($"/{Id(record)}/", StringComparison.Ordinal)) is { } one ? FakeDetails.Json(one) : FakeDetails.Status(HttpStatusCode.NotFound);
    }

    /// <summary>It came on Friday, 17:00, and ends after so many seconds.</summary>
    internal static string Mail(string conversation, double ends = 20)
    {
        var record = JsonNode.Parse(Record(conversation, FormattableString.Invariant($"acd email q1 | interact 5-{ends}\nends {ends}")))!;
        record["conversationStart"] = EventTime.ToText(Some.Time + _friday);
        return record.ToJsonString();
    }

    private static string Id(string record) => JsonNode.Parse(record)!["conversationId"]!.GetValue<string>();

    private static DateTime Started(string record) => DateTime.Parse(JsonNode.Parse(record)!["conversationStart"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AdjustToUniversal);
}
