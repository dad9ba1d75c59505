using CsCheck;
using Tieline.Filtering;

namespace Tieline.Tests.Filtering;

public sealed class IdentityShapeTests
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
    [InlineData("agent:a1b2c3d4e5f6")]
    [InlineData("123")]
    [InlineData("123456")]
    public void IsStructural_AnIdByItsShape_Passes(string identity) => IdentityShape.IsStructural(identity).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("Dana Example")]
    [InlineData("dana")]
    [InlineData("dana.example@example.com")]
    [InlineData("mailto:dana.example@example.com")]
    [InlineData("+15550100123")]
    [InlineData("15550100123")]
    [InlineData("5550100")]
    [InlineData("555-0100")]
    [InlineData("(555) 010-0123")]
    [InlineData("tel:+15550100123")]
    [InlineData("tel:15550100123")]
    [InlineData("TEL:15550100123")]
    [InlineData("Tel-15550100123")]
    [InlineData("telephone:15550100123")]
    [InlineData("sip:15550100123")]
    [InlineData("sips:5550100123")]
    [InlineData("sip:dana1")]
    [InlineData("sip:dana@example.com")]
    [InlineData("sms:15550100123")]
    [InlineData("fax:15550100123")]
    [InlineData("phone-15550100123")]
    [InlineData("cell:15550100123")]
    [InlineData("mobile:15550100123")]
    [InlineData("ani:15550100123")]
    [InlineData("customer-phone-15550100123")]
    [InlineData("customer-tel:15550100123")]
    [InlineData("whatsapp:447700900123")]
    [InlineData("whats-app:447700900123")]
    [InlineData("email:dana1980")]
    [InlineData("e-mail:dana1980")]
    [InlineData("mail:dana1980")]
    [InlineData("twitter:dana1980")]
    [InlineData("facebook:100001234567")]
    [InlineData("12")]
    [InlineData("1234567")]
    [InlineData("user:")]
    [InlineData("user:dana")]
    [InlineData("user:7f21 ")]
    [InlineData("user:7f21\n")]
    [InlineData("user:7f21\nDana Example")]
    [InlineData("user:1234567890123")]
    [InlineData("user_7f21")]
    [InlineData("user:dana.7")]
    [InlineData("ext--1187")]
    [InlineData("-1187")]
    [InlineData("Dana Example:1187")]
    [InlineData("Müller-1187")]
    [InlineData("user:１２３")]
    [InlineData("６７４６９")]
    [InlineData("{67469d62-f276-567c-a70f-5fbb460c2047}")]
    [InlineData("67469d62f276567ca70f5fbb460c2047")]
    [InlineData("67469d62-f276-567c-a70f-5fbb460c2047 Dana")]
    [InlineData("tel:67469d62-f276-567c-a70f-5fbb460c2047")]
    public void IsStructural_AnythingElse_DoesNot(string identity) => IdentityShape.IsStructural(identity).ShouldBeFalse();

    [Fact]
    public void IsStructural_AVeryLongText_IsNoIdAndTakesNoTime() =>
        IdentityShape.IsStructural(string.Concat(Enumerable.Repeat("a-", 500_000)) + "1").ShouldBeFalse();

    [Fact]
    public void IsStructural_AnyTextWithACharacterThatNoIdHas_DoesNotPass() =>
        Gen.Select(Gen.String[0, 30], Gen.OneOf('@', '+', '.', ' ', '_', '/', 'é', '\n', '\0'), Gen.Int[0, 30])
            .Sample((text, odd, at) => !IdentityShape.IsStructural(text.Insert(Math.Min(at, text.Length), odd.ToString())));
}
