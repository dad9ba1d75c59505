using Tieline.Service.Configuration;

namespace Tieline.Service.Tests.Configuration;

public sealed class SettingValueTests
{
    [Theory]
    [InlineData("00:00:05", 5000)]
    [InlineData("1.00:00:00", 86_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5 s", 1500)]
    [InlineData("2min", 120_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("7d", 604_800_000)]
    public void Parse_Time_ReadsUnits(string text, double milliseconds) =>
        SettingValue.Parse(typeof(TimeSpan), text, GivenKind.Untyped).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Theory]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5 parsecs")]
    [InlineData("1e300d")]
    [InlineData("99999999999999d")]
    [InlineData("25:00:00:00:00")]
    [InlineData("")]
    public void Parse_NoTime_IsNull(string text) => SettingValue.Parse(typeof(TimeSpan), text, GivenKind.Untyped).ShouldBeNull();

    [Theory]
    [InlineData("1024", 1024)]
    [InlineData("64 MiB", 67_108_864)]
    [InlineData("10gib", 10_737_418_240)]
    public void Parse_Size_ReadsUnits(string text, long bytes) => SettingValue.Parse(typeof(long), text, GivenKind.Untyped).ShouldBe(bytes);

    [Theory]
    [InlineData("9999999999TiB")]
    [InlineData("1.5GiB")]
    [InlineData("10GB")]
    public void Parse_NoSize_IsNull(string text) => SettingValue.Parse(typeof(long), text, GivenKind.Untyped).ShouldBeNull();

    [Theory]
    [InlineData("https://user:password@crm.example/a", "https://***@crm.example/a")]
    [InlineData("https://crm.example/a?token=1&b=2", "https://crm.example/a?***")]
    [InlineData("https://crm.example/a", "https://crm.example/a")]
    public void WithoutCredentials_Url_KeepsWhereItLeads(string url, string shown) => SettingValue.WithoutCredentials(url).ShouldBe(shown);

    [Theory]
    [InlineData("Regoin", "Region")]
    [InlineData("region", "Region")]
    [InlineData("Regions", "Region")]
    [InlineData("Zebra", null)]
    public void Nearest_Typo_IsFound(string typed, string? meant) => Similarity.Nearest(typed, ["Scopes", "Region", "ApiUrl"]).ShouldBe(meant);
}
