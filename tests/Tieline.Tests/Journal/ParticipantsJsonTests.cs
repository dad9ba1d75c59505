using System.Text;
using System.Text.Json;
using CsCheck;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Tests.Journal;

public sealed class ParticipantsJsonTests
{
    [Fact]
    public void Write_NoParticipants_IsAnEmptyArray() => Text([]).ShouldBe("[]");

    [Fact]
    public void Write_AnyParticipants_ReadsBackAsTheyWere() =>
        Gen.Select(Gen.String.Null(), Gen.String.Null(), Gen.String.Null()).Select((id, role, identity) => new Participant(Sound(id), Sound(role), Sound(identity))).Array[0, 5].Sample(participants =>
        {
            var text = Text(participants);
            text.ShouldNotContain('\n');
            using var json = JsonDocument.Parse(text);
            json.RootElement.EnumerateArray().Select(e => new Participant(Member(e, "id"), Member(e, "role"), Member(e, "identity"))).ShouldBe(participants);
        });

    [Fact]
    public void Write_LettersOfAnyScript_AreNotEscaped() => Text([new Participant("é漢", "a<b>&'", null)]).ShouldBe("""[{"id":"é漢","role":"a<b>&'"}]""");

    /// <summary>A frame is valid UTF-8: half a surrogate pair cannot come.</summary>
    private static string? Sound(string? text) => text is null ? null : System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private static string? Member(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string Text(IReadOnlyList<Participant> participants) => Encoding.UTF8.GetString(ParticipantsJson.WriteUtf8(participants).Span);
}
