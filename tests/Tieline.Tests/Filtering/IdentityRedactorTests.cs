using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.TestKit;
using static Tieline.Tests.Genesys.Frames;
using Tieline.Tests.Sequencing;

namespace Tieline.Tests.Filtering;

public sealed class IdentityRedactorTests
{
    private static readonly byte[] _key = Encoding.UTF8.GetBytes("sample-identity-key");

    [Fact]
    public void Redact_EverySampleEventThatIsKept_LeavesWhatIsExpectedAndNothingForbidden()
    {
        var expected = Json("analytics-stream-expected.json");
        Encoding.UTF8.GetString(_key).ShouldBe(expected.GetProperty("identityKey").GetString());
        var forbidden = expected.GetProperty("forbiddenSubstrings").EnumerateArray().Select(word => word.GetString()!).ToList();
        var forwarded = new Queue<JsonElement>(expected.GetProperty("forwarded").EnumerateArray());
        var filter = new EventFilter(new FilterOptions());
        var redactor = new IdentityRedactor(IdentityMode.Structural, _key);
        foreach (var frame in Lines("analytics-stream-events.jsonl"))
        {
            var skim = EventSkimmer.Skim(frame);
            if (filter.Decide(skim) != FilterVerdict.Keep)
                continue;
            EventReader.TryRead(frame, skim, ReceivedAt.AsMoment(), EventOrigin.Live, out var read, out _).ShouldBeTrue();
            var redacted = redactor.Redact(read).Event;
            var next = forwarded.Dequeue();
            redacted.Sequence.ShouldBe(next.GetProperty("sequence").GetInt64());
            using var participants = JsonDocument.Parse(ParticipantsJson.WriteUtf8(redacted.Participants));
            JsonElement.DeepEquals(participants.RootElement, next.GetProperty("payload").GetProperty("participants")).ShouldBeTrue();
            var everything = JsonSerializer.Serialize(redacted);
            forbidden.ShouldAllBe(word => !everything.Contains(word, StringComparison.Ordinal));
        }

        forwarded.ShouldBeEmpty();
    }

    [Fact]
    public void The_samples_hold_what_is_forbidden_so_that_the_search_would_find_it()
    {
        var all = string.Concat(Lines("analytics-stream-events.jsonl").Select(line => Text(line)));
        foreach (var word in Json("analytics-stream-expected.json").GetProperty("forbiddenSubstrings").EnumerateArray())
            all.ShouldContain(word.GetString()!, Case.Sensitive);
    }

    [Theory]
    [InlineData("Structural", "user-7f21", "user-7f21")]
    [InlineData("Structural", "Dana Example", "h:")]
    [InlineData("Structural", "tel:15550100123", "h:")]
    [InlineData("Structural", "", "h:")]
    [InlineData("Structural", null, null)]
    [InlineData("Hash", "user-7f21", "h:")]
    [InlineData("Hash", "Dana Example", "h:")]
    [InlineData("Hash", null, null)]
    [InlineData("Omit", "user-7f21", null)]
    [InlineData("Omit", "Dana Example", null)]
    [InlineData("Omit", null, null)]
    [InlineData("Raw", "Dana Example", "Dana Example")]
    [InlineData("Raw", null, null)]
    public void Redact_InEachMode_PassesHashesOrLeavesOut(string mode, string? identity, string? expected)
    {
        var redacted = Redact(Enum.Parse<IdentityMode>(mode), identity);
        redacted.ShouldBe(expected == "h:" ? HashOf(identity!) : expected);
    }

    [Fact]
    public void Redact_AnyIdentity_IsTheIdItselfOrTheKeyedHashOfItsBytes() =>
        Gen.OneOf(Gen.String[0, 60], Gen.String[Gen.OneOf("user:1-aé ".ToCharArray()), 0, 20]).Sample(identity =>
        {
            var redacted = Redact(IdentityMode.Structural, identity);
            redacted.ShouldBe(IdShape.Is(identity, IdShape.DefaultPrefixes) ? identity : HashOf(identity));
        });

    [Fact]
    public void Redact_AnotherKey_GivesAnotherHash() =>
        Redact(IdentityMode.Hash, "Dana Example").ShouldNotBe(new IdentityRedactor(IdentityMode.Hash, [1, 2, 3]).Redact(Some.Event(identity: "Dana Example")).Event.Participants[0].Identity);

    [Fact]
    public void Redact_AnEventWithIdsAndWords_ChangesNothingButIdentities()
    {
        var original = Some.Event(conversation: "67469d62-f276-567c-a70f-5fbb460c2047", identity: "Dana Example");
        original = original with { QueueId = "c0a1c2d3-f276-567c-a70f-5fbb460c2047", Participants = [original.Participants[0] with { Id = "b0a1c2d3-f276-567c-a70f-5fbb460c2047" }] };
        var redacted = new IdentityRedactor(IdentityMode.Structural, _key).Redact(original).Event;
        (redacted with { Participants = original.Participants }).ShouldBe(original);
        redacted.Participants.ShouldBe([original.Participants[0] with { Identity = HashOf("Dana Example") }]);
        original.Participants[0].Identity.ShouldBe("Dana Example");
    }

    private static string? Redact(IdentityMode mode, string? identity) =>
        new IdentityRedactor(mode, _key).Redact(Some.Event(identity: identity)).Event.Participants[0].Identity;

    private static string HashOf(string identity) => "h:" + Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(identity)))[..16];
}
