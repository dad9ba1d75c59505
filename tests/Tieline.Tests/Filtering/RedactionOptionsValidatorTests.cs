using Tieline.Filtering;

namespace Tieline.Tests.Filtering;

public sealed class RedactionOptionsValidatorTests
{
    [Theory]
    [InlineData("user:", true)]
    [InlineData("ext-contact-", true)]
    [InlineData("C", true)]
    [InlineData("", false)]
    [InlineData(":", false)]
    [InlineData("tel:+", false)]
    [InlineData("user--", false)]
    [InlineData("kunde7-", false)]
    [InlineData("Müller-", false)]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefghijklmno", false)]
    public void Validate_APrefix_IsLettersWithAnEnd(string prefix, bool isGood)
    {
        var result = new RedactionOptionsValidator().Validate("Redaction", new RedactionOptions { IdPrefixes = [prefix] });
        result.Succeeded.ShouldBe(isGood);
        if (!isGood)
            result.FailureMessage.ShouldNotBeNull().ShouldContain("Redaction:IdPrefixes:0");
    }

    [Fact]
    public void Validate_TheDefaults_AreGood() => new RedactionOptionsValidator().Validate("Redaction", new RedactionOptions()).Succeeded.ShouldBeTrue();

    [Fact]
    public void Validate_MoreThanAHundred_IsTooMany() => new RedactionOptionsValidator().Validate("Redaction", new RedactionOptions { IdPrefixes = [.. Enumerable.Repeat("user:", 101)] }).FailureMessage.ShouldNotBeNull().ShouldContain("at most 100");
}
