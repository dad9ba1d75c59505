using System.Globalization;
using System.Text;
using System.Text.Json;
using Tieline.Simulator.Streams;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Tests.World;

public class FrameRendererTests
{
    private static readonly string[] Personal = ["name", "address", "phoneNumber", "email", "attributes"];
    private static readonly List<JsonElement> Events = Render(4_000, null);

    [Fact]
    public void A_frame_has_the_members_of_the_protocol()
    {
        Events.FindAll(e => !IsWellFormed(e)).ShouldBeEmpty();
        Events.SelectMany(e => e.GetProperty("participants").EnumerateArray()).Select(p => p.GetProperty("role").GetString()).Distinct()
            .ShouldBe(["customer", "acd", "agent"], ignoreOrder: true);
    }

    [Fact]
    public void Frames_are_about_600_bytes() =>
        Events.Average(e => Encoding.UTF8.GetByteCount(e.GetRawText())).ShouldBeInRange(550, 680);

    [Fact]
    public void A_participant_of_two_conversations_has_two_ids()
    {
        var owners = Events.SelectMany(e => e.GetProperty("participants").EnumerateArray()
            .Select(p => (Id: p.GetProperty("id").GetString(), Conversation: e.GetProperty("conversationId").GetString())));
        owners.GroupBy(o => o.Id).Count(g => g.Select(o => o.Conversation).Distinct().Count() > 1).ShouldBe(0);
    }

    [Fact]
    public void Every_personal_string_carries_a_marker()
    {
        var personal = Events.SelectMany(PersonalStrings).ToHashSet();
        personal.Count.ShouldBeGreaterThan(100);
        personal.Where(text => !HasMarker(text)).ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_else_does()
    {
        foreach (var e in Events)
        {
            var structural = string.Join(' ', e.EnumerateObject().Where(m => m.Name != "participants").Select(m => m.Value.GetRawText())
                .Concat(e.GetProperty("participants").EnumerateArray().SelectMany(p => p.EnumerateObject())
                    .Where(m => m.Name is "id" or "role" || (m.Name == "identity" && !IsPersonal(m.Value.GetString()!))).Select(m => m.Value.GetRawText())));
            (HasMarker(structural) ? structural : null).ShouldBeNull();
        }
    }

    [Fact]
    public void One_identity_in_ten_is_personal_and_of_every_kind()
    {
        var identities = Events.SelectMany(e => e.GetProperty("participants").EnumerateArray()).Select(p => p.GetProperty("identity").GetString()!).ToList();
        var personal = identities.Where(IsPersonal).ToList();
        (personal.Count / (double)identities.Count).ShouldBeInRange(0.06, 0.14);
        personal.ShouldContain(i => i.StartsWith("tel:+", StringComparison.Ordinal));
        personal.ShouldContain(i => i.StartsWith("sip:", StringComparison.Ordinal));
        personal.ShouldContain(i => i.StartsWith('+'));
        personal.ShouldContain(i => i.EndsWith("@example.com", StringComparison.Ordinal) && !i.Contains(':'));
        personal.ShouldContain(i => i.EndsWith(" Example", StringComparison.Ordinal));
        var structural = identities.Except(personal).ToList();
        structural.Exists(i => Guid.TryParse(i, out _)).ShouldBeTrue();
        structural.ShouldContain(i => i.StartsWith("user-", StringComparison.Ordinal));
        structural.ShouldContain(i => i.StartsWith("user:", StringComparison.Ordinal));
        structural.ShouldContain(i => i.StartsWith("ext-contact-", StringComparison.Ordinal));
    }

    [Fact]
    public void A_customer_has_every_personal_member() =>
        Events.SelectMany(e => e.GetProperty("participants").EnumerateArray())
            .Count(p => p.GetProperty("role").GetString() == "customer" && !Personal.All(name => p.TryGetProperty(name, out _))).ShouldBe(0);

    [Fact]
    public void A_canary_sits_in_names_and_notes()
    {
        foreach (var participant in Render(500, "canary \"7\" ü").SelectMany(e => e.GetProperty("participants").EnumerateArray()))
        {
            if (participant.TryGetProperty("name", out var name))
            {
                name.GetString()!.ShouldEndWith("canary \"7\" ü");
            }
            if (participant.TryGetProperty("attributes", out var attributes))
            {
                attributes.GetProperty("note").GetString()!.ShouldEndWith("canary \"7\" ü");
            }
        }
    }

    private static bool HasMarker(string text) => PersonalData.Markers.Any(marker => text.Contains(marker, StringComparison.Ordinal));

    private static bool IsWellFormed(JsonElement e) =>
        e.GetProperty("sequence").GetInt64() > 0
        && Guid.TryParse(e.GetProperty("conversationId").GetString(), out _)
        && DateTimeOffset.TryParseExact(e.GetProperty("timestamp").GetString(), "yyyy-MM-ddTHH:mm:ss.fffZ", null, DateTimeStyles.None, out _)
        && e.TryGetProperty("queueId", out _) == (e.GetProperty("type").GetString() == "routing.queue")
        && MediaTypes.Names.Contains(e.GetProperty("mediaType").GetString())
        && e.GetProperty("participants").EnumerateArray().All(p => p.GetProperty("id").GetString()!.Length == 36);

    private static bool IsPersonal(string identity) => identity.Contains('@') || identity.Contains('+') || identity.Contains(' ');

    private static IEnumerable<string> PersonalStrings(JsonElement e) => e.GetProperty("participants").EnumerateArray().SelectMany(p => p.EnumerateObject())
        .SelectMany(m => m.Name switch
        {
            "attributes" => m.Value.EnumerateObject().Select(a => a.Value.GetString()!),
            "identity" when IsPersonal(m.Value.GetString()!) => [m.Value.GetString()!],
            _ when Personal.Contains(m.Name) => [m.Value.GetString()!],
            _ => [],
        });

    private static List<JsonElement> Render(int count, string? canary)
    {
        var dice = new Dice(3);
        var people = new ParticipantPool(dice, canary);
        var world = new ConversationWorld(dice, people) { OpenTarget = 100 };
        var renderer = new FrameRenderer(people);
        var buffer = new byte[renderer.MaxLength];
        var events = new List<JsonElement>();
        for (var i = 0; i < count; i++)
        {
            var length = renderer.Render(buffer, i + 1, world.Next(i % 5 == 4, 1_772_442_000_000 + i));
            using var document = JsonDocument.Parse(buffer.AsMemory(Frames.LongHeader, length - Frames.LongHeader));
            events.Add(document.RootElement.Clone());
        }
        return events;
    }
}
