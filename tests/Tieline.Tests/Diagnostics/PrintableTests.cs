using System.Globalization;
using System.Text;
using System.Text.Json;
using Tieline.Diagnostics;

namespace Tieline.Tests.Diagnostics;

public sealed class PrintableTests
{
    /// <summary>Every character of Unicode that steers, turns, hides or breaks text, and the halves of pairs.</summary>
    internal static IReadOnlyList<string> Harmful { get; } =
    [
        .. Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(value => new Rune(value)).Where(rune => Rune.GetUnicodeCategory(rune) is
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator).Select(rune => rune.ToString()),
        "\ud800", "\udbff", "\udc00", "\udfff",
    ];

    [Fact]
    public void Every_harmful_character_is_escaped()
    {
        Harmful.Count.ShouldBeGreaterThan(65 + 100);
        foreach (var one in Harmful)
        {
            var escaped = string.Concat(one.Select(unit => $"\\u{(int)unit:x4}"));
            Printable.Of($"a{one}b").ShouldBe($"a{escaped}b");
            Printable.Lines($"a{one}\nb").ShouldBe(one == "\n" ? "a\n\nb" : $"a{escaped}\nb");
            Printable.Tidy($" {one}b ").ShouldBe(char.IsSurrogate(one[0]) && one.Length == 1 ? "\ufffdb" : "b");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain ~ text")]
    [InlineData("Jörg, 東京, 👩, e\u0301, \u00a0")]
    public void All_else_is_left_as_it_is(string text) => Printable.Of(text).ShouldBe(text);

    [Theory]
    [InlineData("\x1b[31mFAKE\x1b]52;c;cHduZWQ=\a", "\\u001b[31mFAKE\\u001b]52;c;cHduZWQ=\\u0007")]
    [InlineData("evil\u202e)ipa( toor", "evil\\u202e)ipa( toor")]
    [InlineData("one\r\ntwo\u0085three\u2028", "one\\u000d\\u000atwo\\u0085three\\u2028")]
    public void It_shows_what_was_there(string text, string shown) => Printable.Of(text).ShouldBe(shown);

    [Fact]
    public void JSON_stays_the_same_JSON()
    {
        var json = $$"""{"a":"x{{string.Concat(Harmful.Where(one => one[0] >= ' ' && !char.IsSurrogate(one[0])))}}"}""";
        JsonElement.DeepEquals(JsonElement.Parse(Printable.Lines(json)), JsonElement.Parse(json)).ShouldBeTrue();
    }

    [Fact]
    public void A_person_s_text_is_bounded() => Printable.Tidy("\u202e  a👩c", 4).ShouldBe("a👩");
}
