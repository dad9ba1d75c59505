using System.Security.Claims;
using Tieline.Service.Http;
using Tieline.Service.Web.Access;

namespace Tieline.Service.Tests.Web;

public sealed class OidcPersonTests
{
    private static readonly OidcOptions _options = new() { Operators = ["ops", "admins"], Viewers = ["staff"] };

    [Theory]
    [InlineData("staff,ops", "operator")]
    [InlineData("admins", "operator")]
    [InlineData("staff", "viewer")]
    public void The_greater_role_counts(string groups, string role) => Of("alice", groups.Split(','))!.Role.ShouldBe(role);

    [Theory]
    [InlineData("other")]
    [InlineData("OPS")]
    [InlineData("ops ")]
    [InlineData("")]
    public void Somebody_without_the_very_value_is_nobody(string group) => Of("alice", group).ShouldBeNull();

    [Theory]
    [InlineData("alice", "alice")]
    [InlineData(" Zoë Ångström ", "Zoë Ångström")]
    [InlineData("a\nb\u202Ec\u200Bd\u2028", "abcd")]
    [InlineData("\n", "u-1")]
    [InlineData(null, "u-1")]
    public void A_name_is_one_line_that_reads_as_it_is_stored(string? name, string expected) => Of(name, "ops")!.Name.ShouldBe(expected);

    [Fact]
    public void A_name_is_not_endless() => Of(new string('x', 5000), "ops")!.Name.Length.ShouldBe(100);

    private static OidcPerson? Of(string? name, params string[] groups) => OidcPerson.Of(
        [new Claim("sub", "u-1"), .. name is null ? (Claim[])[] : [new Claim("preferred_username", name)], .. groups.Select(group => new Claim("groups", group))], _options);
}
