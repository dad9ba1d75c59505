using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using Tieline.Derivation;
using Tieline.Events;
using Tieline.TestKit;

namespace Tieline.Tests.Derivation;

public sealed class CanonicalEventTests
{
    public static TheoryData<string, string> Vectors() =>
        new(File.ReadAllLines(Repository.FileNamed("docs/formats/audit-log.md")).Where(line => line.IndexOf(" {\"conversationId\":", StringComparison.Ordinal) == 16).Select(line => (line[..16], line[17..])));

    [Theory]
    [MemberData(nameof(Vectors))]
    public void HashOf_EveryVectorOfTheFormatDocument_GivesItsHash(string hash, string text)
    {
        var derived = Parse(text);
        CanonicalEvent.Write(derived).ShouldBe(text);
        CanonicalEvent.HashOf(derived).ToString("x16", CultureInfo.InvariantCulture).ShouldBe(hash);
    }

    [Fact]
    public void The_format_document_has_vectors() => Vectors().Count.ShouldBe(3);

    [Fact]
    public void Write_AnyEvent_IsJsonThatReadsBack() =>
        Gen.Select(Gen.String, Gen.String.Null(), Gen.String.Null()).Where(texts => IsUnicode(texts.Item1 + "|" + texts.Item2 + "|" + texts.Item3)).Sample(texts =>
        {
            var (conversation, queue, identity) = texts;
            var derived = Some.Event(conversation: conversation, identity: identity) with { QueueId = queue };
            var read = Parse(CanonicalEvent.Write(derived));
            (read.ConversationId, read.QueueId, read.Participants[0].Identity, read.OccurredAt).ShouldBe((conversation, queue, identity, derived.OccurredAt));
        });

    [Fact]
    public void Derive_EveryEvent_CarriesTheHashOfItself()
    {
        foreach (var made in Records.Derive(RecordText.Json("acd voice q1 tAbandon | interact 1-9 peer\nends 9")))
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalEvent.Write(made))))[..16].ShouldBe(made.PayloadHash.ToString("x16", CultureInfo.InvariantCulture));
    }

    private static bool IsUnicode(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);

    private static ConversationEvent Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        EventTime.TryParse(Encoding.UTF8.GetBytes(root.GetProperty("timestamp").GetString()!), out var time).ShouldBeTrue();
        return Some.Event() with
        {
            ConversationId = root.GetProperty("conversationId").GetString()!,
            Type = root.GetProperty("type").GetString()!,
            State = root.GetProperty("state").GetString(),
            OccurredAt = time,
            MediaType = root.GetProperty("mediaType").GetString(),
            QueueId = root.GetProperty("queueId").GetString(),
            Participants = [.. root.GetProperty("participants").EnumerateArray().Select(one => new Participant(one.GetProperty("id").GetString(), one.GetProperty("role").GetString(), one.GetProperty("identity").GetString()))],
        };
    }
}
