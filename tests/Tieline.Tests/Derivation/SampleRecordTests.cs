using System.Text.Json;
using Tieline.Events;
using static Tieline.Tests.Genesys.Frames;

namespace Tieline.Tests.Derivation;

/// <summary>The sample records, against what the stream's own samples of the same conversations say.</summary>
public sealed class SampleRecordTests
{
    private static readonly JsonElement _expected = Json("derivation-expected.json");

    public static TheoryData<string, string> Conversations() =>
        new(_expected.GetProperty("conversations").EnumerateObject().Select(conversation => (conversation.Value.GetProperty("what").GetString()!, conversation.Name)));

    [Theory]
    [MemberData(nameof(Conversations))]
    public void A_sample_record_gives_the_events_that_the_stream_gave(string what, string conversation)
    {
        var record = AllRecords().First(json => json.GetProperty("conversationId").GetString() == conversation);
        var events = _expected.GetProperty("conversations").GetProperty(conversation).GetProperty("events").EnumerateArray().ToList();
        var derived = Records.Derive(record);
        derived.Select(made => (made.Type, made.State, EventTime.ToText(made.OccurredAt)))
            .ShouldBe(events.Select(made => (Text(made, "type")!, Text(made, "state"), Text(made, "timestamp")!)), what);
        foreach (var (made, queue) in derived.Zip(events.Select(made => Text(made, "queueId"))))
        {
            if (queue is not null)
                made.QueueId.ShouldBe(queue, what);
        }
    }

    [Fact]
    public void The_same_record_out_of_a_job_gives_the_same_events()
    {
        foreach (var group in AllRecords().GroupBy(json => json.GetProperty("conversationId").GetString()))
            group.Select(json => JsonSerializer.Serialize(Records.Derive(json))).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void A_record_of_a_conversation_that_goes_on_has_no_end() =>
        Records.Derive(Json("details-query-response-active.json").GetProperty("conversations")[0]).Select(made => (made.Type, made.QueueId))
            .ShouldBe([(EventKinds.RoutingQueue, "afaf4114-5b77-582a-9a82-f55206fd5bf5")]);

    [Fact]
    public void Nothing_that_names_a_person_is_in_what_is_derived()
    {
        foreach (var json in AllRecords())
        {
            var everything = JsonSerializer.Serialize(Records.Read(json)) + JsonSerializer.Serialize(Records.Derive(json));
            foreach (var word in Forbidden())
                everything.ShouldNotContain(word, Case.Insensitive);
        }
    }

    [Fact]
    public void The_samples_hold_what_is_forbidden_so_that_the_search_would_find_it()
    {
        var all = string.Concat(AllRecords().Select(json => json.GetRawText()));
        foreach (var word in Forbidden())
            all.ShouldContain(word, Case.Sensitive);
    }

    private static IEnumerable<string> Forbidden() => _expected.GetProperty("forbiddenSubstrings").EnumerateArray().Select(word => word.GetString()!);

    private static List<JsonElement> AllRecords() =>
    [
        .. Json("details-query-response.json").GetProperty("conversations").EnumerateArray(),
        .. Json("details-query-response-active.json").GetProperty("conversations").EnumerateArray(),
        .. Json("details-job.json").GetProperty("results").EnumerateArray().SelectMany(page => page.GetProperty("body").GetProperty("conversations").EnumerateArray()),
    ];

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.GetString() : null;
}
