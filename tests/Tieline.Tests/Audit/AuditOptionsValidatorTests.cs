using Tieline.Audit;

namespace Tieline.Tests.Audit;

public sealed class AuditOptionsValidatorTests
{
    [Theory]
    [InlineData(1024 * 1024, true)]
    [InlineData(1024 * 1024 * 1024, true)]
    [InlineData((1024 * 1024) - 1, false)]
    [InlineData((1024 * 1024 * 1024) + 1, false)]
    public void Validate_MaxFileBytes_IsFromOneMebibyteToOneGibibyte(long bytes, bool isGood)
    {
        var result = new AuditOptionsValidator().Validate(null, new AuditOptions { MaxFileBytes = bytes });
        result.Succeeded.ShouldBe(isGood);
        if (!isGood)
            result.FailureMessage!.ShouldContain("Audit:MaxFileBytes");
    }

    [Fact]
    public void Validate_Defaults_AreGood() => new AuditOptionsValidator().Validate(null, new AuditOptions()).Succeeded.ShouldBeTrue();
}
