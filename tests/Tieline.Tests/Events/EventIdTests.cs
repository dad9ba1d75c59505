using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Tieline.Events;
using Tieline.TestKit;

namespace Tieline.Tests.Events;

public sealed partial class EventIdTests
{
    private static readonly Gen<string?> _anyState = Gen.OneOf<string?>(null, "completed", "abandoned", "transfer", "queued", "wrapup");

    public static TheoryData<string, string, string, string, string> Vectors() => VectorsOf(File.ReadAllText(Repository.FileNamed("docs/formats/event-id.md")).Split("Of version 2:")[0]);

    public static TheoryData<string, string, string, string, string> EpisodeVectors() => VectorsOf(File.ReadAllText(Repository.FileNamed("docs/formats/event-id.md")).Split("Of version 2:")[1]);

    private static TheoryData<string, string, string, string, string> VectorsOf(string text)
    {
        var vectors = new TheoryData<string, string, string, string, string>();
        foreach (Match row in VectorRow().Matches(text))
            vectors.Add(row.Groups["conversation"].Value, row.Groups["type"].Value, row.Groups["state"].Value, row.Groups["time"].Value, row.Groups["id"].Value);
        return vectors;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Of_EveryVectorOfTheFormatDocument_GivesItsId(string conversation, string type, string state, string time, string id)
    {
        EventTime.TryParse(Encoding.UTF8.GetBytes(time), out var at).ShouldBeTrue();
        EventId.Of(conversation, type, state.Length == 0 ? null : state, at).ToString().ShouldBe(id);
    }

    [Theory]
    [MemberData(nameof(EpisodeVectors))]
    public void OfEpisode_EveryVectorOfTheFormatDocument_GivesItsId(string conversation, string type, string state, string time, string id)
    {
        EventTime.TryParse(Encoding.UTF8.GetBytes(time), out var at).ShouldBeTrue();
        EventId.OfEpisode(conversation, type, state, at).ToString().ShouldBe(id);
    }

    [Fact]
    public void OfEpisode_AnyEnd_IsTheHashOfItsFiveLines_AndNoIdOfVersion1() =>
        Gen.Select(Gen.String[1, 400], Gen.OneOf<string>("completed", "abandoned"), Gen.Long[0, 4_000_000_000_000]).Sample((conversation, state, ms) =>
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{conversation}\nconversation.state\n{state}\n{ms}\nepisode");
            var id = EventId.OfEpisode(conversation, "conversation.state", state, DateTimeOffset.FromUnixTimeMilliseconds(ms));
            id.ToString().ShouldBe("evt_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32]);
            id.ShouldNotBe(EventId.Of(conversation, "conversation.state", state, DateTimeOffset.FromUnixTimeMilliseconds(ms)));
        });

    [Fact]
    public void The_format_document_has_vectors() => (Vectors().Count >= 5, EpisodeVectors().Count >= 3).ShouldBe((true, true));

    [Fact]
    public void Of_AnyFact_IsTheHashOfItsFourLines() =>
        Gen.Select(Gen.String[1, 400], Gen.String[0, 40], _anyState, Gen.Long[0, 4_000_000_000_000]).Sample((conversation, type, state, ms) =>
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{conversation}\n{type}\n{state}\n{ms}");
            EventId.Of(conversation, type, state, DateTimeOffset.FromUnixTimeMilliseconds(ms)).ToString()
                .ShouldBe("evt_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32]);
        });

    [Theory]
    [InlineData("completed", true)]
    [InlineData("abandoned", true)]
    [InlineData("transfer", false)]
    [InlineData(null, false)]
    public void Of_TheSameConversationAtAnotherTime_IsTheSameFactOnlyWhereItHappensOnce(string? state, bool same) =>
        (EventId.Of("c1", "conversation.state", state, Some.Time) == EventId.Of("c1", "conversation.state", state, Some.Time.AddMilliseconds(1))).ShouldBe(same);

    [Fact]
    public void Of_AnotherTypeThatIsCompleted_HasItsTimeInTheId() =>
        EventId.Of("c1", "routing.queue", "completed", Some.Time).ShouldNotBe(EventId.Of("c1", "routing.queue", "completed", Some.Time.AddMilliseconds(1)));

    [Fact]
    public void Of_FractionsOfAMillisecond_DoNotMatter() =>
        EventId.Of("c1", "routing.queue", "queued", Some.Time.AddTicks(9_999)).ShouldBe(EventId.Of("c1", "routing.queue", "queued", Some.Time));

    [Fact]
    public void Read_TheBytesOfAnyId_GivesItBack() =>
        Gen.Byte.Array[EventId.Size].Sample(bytes =>
        {
            var id = EventId.Read(bytes);
            var written = new byte[EventId.Size];
            id.Write(written);
            written.ShouldBe(bytes);
            id.ToString().ShouldBe("evt_" + Convert.ToHexStringLower(bytes));
        });

    [GeneratedRegex(
        @"^\| `(?<conversation>[^`]+)` \| `(?<type>[^`]+)` \| `?(?<state>[^`|]*?)`? \| `(?<time>[^`]+)` \| `(?<id>evt_[0-9a-f]{32})` \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex VectorRow();
}
