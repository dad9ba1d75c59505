using CsCheck;
using Tieline.Filtering;

namespace Tieline.Tests.Filtering;

public sealed class IdShapeTests
{
    [Theory]
    [InlineData("67469d62-f276-567c-a70f-5fbb460c2047")]
    [InlineData("67469D62-F276-567C-A70F-5FBB460C2047")]
    [InlineData("user:67469d62-f276-567c-a70f-5fbb460c2047")]
    [InlineData("contact:67469d62-f276-567c-a70f-5fbb460c2047")]
    [InlineData("user-67469d62-f276-567c-a70f-5fbb460c2047")]
    [InlineData("user-7f21")]
    [InlineData("user:7f21")]
    [InlineData("ext-contact-1187")]
    [InlineData("ext-contact:1187")]
    [InlineData("acd-1")]
    [InlineData("agent:123456")]
    public void Is_AnIdByItsShape(string text) => Is(text).ShouldBeTrue();

    /// <summary>The nine of the penetration test, which an older rule let through, and the borders of this one.</summary>
    [Theory]
    [InlineData("customer:491701234567")]
    [InlineData("caller-15550100123")]
    [InlineData("Telefon:491701234567")]
    [InlineData("rufnummer:491701234567")]
    [InlineData("workphone:15550100123")]
    [InlineData("ssn-123456789")]
    [InlineData("geb:19850312")]
    [InlineData("Anna-Maria-Schmidt-1985")]
    [InlineData("john-smith1990")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("dana")]
    [InlineData("123")]
    [InlineData("123456")]
    [InlineData("user:")]
    [InlineData("user:dana")]
    [InlineData("user-ada1985")]
    [InlineData("user:1234567")]
    [InlineData("user:1a2b3c4d5e")]
    [InlineData("user:7F21")]
    [InlineData("User:7f21")]
    [InlineData("user:7f21 ")]
    [InlineData("user:7f21\n")]
    [InlineData("user:7f21\nDana Example")]
    [InlineData("user_7f21")]
    [InlineData("ext--1187")]
    [InlineData("-1187")]
    [InlineData("Müller-1187")]
    [InlineData("user:１２３")]
    [InlineData("{67469d62-f276-567c-a70f-5fbb460c2047}")]
    [InlineData("67469d62f276567ca70f5fbb460c2047")]
    [InlineData("67469d62-f276-567c-a70f-5fbb460c2047 Dana")]
    [InlineData("tel:67469d62-f276-567c-a70f-5fbb460c2047")]
    [InlineData("h:0123456789abcdef")]
    public void Is_NothingElse(string text) => Is(text).ShouldBeFalse();

    [Fact]
    public void Is_WithAnotherPrefix_AsConfigured()
    {
        IdShape.Is("sf-contact-1187", ["sf-contact-"]).ShouldBeTrue();
        IdShape.Is("user:1187", ["sf-contact-"]).ShouldBeFalse();
    }

    [Fact]
    public void Is_AVeryLongText_NoIdAndTakesNoTime() => Is(string.Concat(Enumerable.Repeat("a-", 500_000)) + "1").ShouldBeFalse();

    [Fact]
    public void Is_AnyTextWithACharacterThatNoIdHas_DoesNotPass() =>
        Gen.Select(Gen.String[0, 30], Gen.OneOf('@', '+', '.', ' ', '_', '/', 'é', '\n', '\0'), Gen.Int[0, 30])
            .Sample((text, odd, at) => !Is(text.Insert(Math.Min(at, text.Length), odd.ToString())));

    private static bool Is(string text) => IdShape.Is(text, IdShape.DefaultPrefixes);
}
