using Tieline.Forwarding;

namespace Tieline.Tests.Forwarding;

public sealed class ForwardOptionsValidatorTests
{
    [Theory]
    [InlineData(null, false, null)]
    [InlineData("tls://siem.example:6514", false, null)]
    [InlineData("tcp://127.0.0.1:601", false, null)]
    [InlineData("tcp://siem.example:601", true, null)]
    [InlineData("https://collector.example:4318", false, null)]
    [InlineData("tcp://siem.example:601", false, "AllowPlain")]
    [InlineData("http://collector.example:4318", false, "AllowPlain")]
    [InlineData("tls://siem.example", false, "must name a port")]
    [InlineData("tls://siem.example:6514/x", false, "nothing behind it")]
    [InlineData("udp://siem.example:514", false, "must be tls://host:port")]
    [InlineData("siem.example:514", false, "must be tls://host:port")]
    [InlineData("https://me:secret@collector.example", false, "no user name")]
    [InlineData("https://collector.example/?key=secret", false, "no query")]
    public void Validate_Url_IsAReceiverAndEncryptedUnlessAskedFor(string? url, bool allowPlain, string? problem)
    {
        var result = new ForwardOptionsValidator().Validate("Audit:Forward", new ForwardOptions { Url = url, AllowPlain = allowPlain });
        result.Succeeded.ShouldBe(problem is null, result.FailureMessage);
        if (problem is not null)
        {
            result.FailureMessage!.ShouldContain("Audit:Forward:Url");
            result.FailureMessage!.ShouldContain(problem);
            result.FailureMessage!.ShouldNotContain("secret");
        }
    }

    [Fact]
    public void Validate_SeveralThingsAreWrong_NamesAll()
    {
        var options = new ForwardOptions { Url = "tls://siem.example:6514", Interval = TimeSpan.FromMinutes(2) };
        options.Headers["x-key"] = new Secret("k");
        new ForwardOptionsValidator().Validate("Audit:Forward", options).Failures!.Count().ShouldBe(2);
    }
}
