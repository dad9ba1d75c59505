using System.Text;
using System.Text.Json;
using Tieline.Delivery;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.TestKit;
using static Tieline.Tests.Delivery.Entries;
using Tieline.Tests.Sequencing;

namespace Tieline.Tests.Delivery;

public sealed class PlainBodyTests
{
    [Fact]
    public void Write_TheDocumentedEvent_GivesTheDocumentedBytes() =>
        Body(Entry(
            1, "6f1c", at: new DateTimeOffset(2026, 3, 2, 9, 14, 7, 218, TimeSpan.Zero), participants: """[{"id":"b0a1","role":"customer","identity":"ext-contact-1187"}]""")).ShouldBe(
            """{"conversationId":"6f1c","type":"conversation.state","state":"completed","timestamp":"2026-03-02T09:14:07.218Z","participants":[{"id":"b0a1","role":"customer","identity":"ext-contact-1187"}]}""");

    [Fact]
    public void Write_NoState_HasNoStateMember() =>
        Body(Entry(0, state: null)).ShouldBe("""{"conversationId":"c1","type":"conversation.state","timestamp":"2026-03-02T09:00:00.000Z","participants":[]}""");

    [Fact]
    public void Write_NoParticipants_HasAnEmptyArray() => Body(Entry(0)).ShouldEndWith(""","participants":[]}""");

    [Fact]
    public void Write_NoIdentity_HasNoIdentityMember() =>
        Text([new Participant("p1", "acd", null), new Participant(null, null, "user-1")]).ShouldBe("""[{"id":"p1","role":"acd"},{"identity":"user-1"}]""");

    [Fact]
    public void Write_TextBeyondAscii_IsPlainUtf8()
    {
        var body = Body(Entry(0, "Größe-日本", participants: Text([new Participant("é", "customer", null)])));
        body.ShouldContain("\"conversationId\":\"Größe-日本\"");
        body.ShouldContain("""[{"id":"é","role":"customer"}]""");
    }

    [Fact]
    public void Write_QuotesControlCharactersAndEmoji_AreReadBackAsTheyWere()
    {
        const string odd = "a\"b\\c\n\u0001😀";
        JsonDocument.Parse(PlainBody.Write(Entry(0, odd))).RootElement.GetProperty("conversationId").GetString().ShouldBe(odd);
    }

    [Fact]
    public void Write_ATimeWithAnOffset_IsUtc() =>
        Body(Entry(0, at: new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(1)))).ShouldContain("\"timestamp\":\"2026-03-02T09:00:00.000Z\"");

    [Fact]
    public void Write_EverySampleEventThatIsForwarded_GivesTheExpectedPayloadByteForByte()
    {
        using var expected = JsonDocument.Parse(File.ReadAllBytes("data/analytics-stream-expected.json"));
        var key = Encoding.UTF8.GetBytes(expected.RootElement.GetProperty("identityKey").GetString()!);
        var redactor = new IdentityRedactor(IdentityMode.Structural, key);
        var filter = new EventFilter(new FilterOptions());
        var bodies = new List<string>();
        foreach (var line in File.ReadLines("data/analytics-stream-events.jsonl"))
        {
            var frame = Encoding.UTF8.GetBytes(line);
            var skim = EventSkimmer.Skim(frame);
            if (filter.Decide(skim) == FilterVerdict.Drop)
                continue;
            EventReader.TryRead(frame, skim, (Some.Time + TimeSpan.FromHours(1)).AsMoment(), EventOrigin.Live, out var read, out _).ShouldBeTrue();
            var e = redactor.Redact(read!).Event;
            bodies.Add(Body(new JournalEntry(
                new JournalPosition(1), e.Id, e.ConversationId, e.Type, e.State, e.OccurredAt, ParticipantsJson.WriteUtf8(e.Participants), e.Origin, e.ReceivedAt, 0,
                TimeSpan.Zero)));
        }

        bodies.ShouldBe(expected.RootElement.GetProperty("forwarded").EnumerateArray().Select(one => Compact(one.GetProperty("payload"))));
    }

    private static string Body(JournalEntry entry) => Encoding.UTF8.GetString(PlainBody.Write(entry).Span);

    /// <summary>The same members in the same order, without insignificant white space.</summary>
    private static string Compact(JsonElement element)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            element.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Text(IReadOnlyList<Participant> participants) => Encoding.UTF8.GetString(ParticipantsJson.WriteUtf8(participants).Span);
}
