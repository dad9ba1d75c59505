using System.Text;
using Tieline.Filtering;
using Tieline.Pipeline;
using Tieline.Service.Http;

namespace Tieline.Service.Tests.Http;

public sealed class FilterRequestTests
{
    [Theory]
    [InlineData("", "must be a JSON object such as")]
    [InlineData("[]", "must be a JSON object such as")]
    [InlineData("null", "filter, or destinations, is required")]
    [InlineData("{}", "filter, or destinations, is required")]
    [InlineData("""{"last":"1h"}""", "filter, or destinations, is required")]
    [InlineData("""{"filter":{"rules":[]}}""", "Filter:Rules: at least one rule is required")]
    [InlineData("""{"filter":{}}""", "Filter:Rules: at least one rule is required")]
    [InlineData("""{"filter":{"rules":[{"type":" "}]}}""", "Filter:Rules:0:Type: required")]
    [InlineData("""{"filter":{"rules":[{"type":"a","states":[""]}]}}""", "Filter:Rules:0:States:0: must not be empty")]
    [InlineData("""{"filter":{"rules":[{"type":"a","states":null}]}}""", "must not be null")]
    [InlineData("""{"filter":{"rules":[null]}}""", "must not be null")]
    [InlineData("""{"filter":{"rules":[{"type":"a","kinds":["b"]}]}}""", "at $.filter.rules[0].kinds")]
    [InlineData("""{"destinations":[null]}""", "must have a name")]
    [InlineData("""{"destinations":[{"filter":{"rules":[]}}]}""", "must have a name")]
    [InlineData("""{"destinations":[{"name":"crm"},{"name":"crm"}]}""", "there are two destinations 'crm'")]
    [InlineData("""{"destinations":[{"name":"crm","filter":{"rules":[{}]}}]}""", "Destinations:0:Filter:Rules:0:Type: required")]
    [InlineData("""{"filter":{"rules":[{"type":"a"}]},"last":"10s"}""", "last must be a time from 1m to 744h")]
    [InlineData("""{"filter":{"rules":[{"type":"a"}]},"last":"745h"}""", "last must be a time from 1m to 744h")]
    public void What_is_wrong_is_told(string text, string expected)
    {
        FilterRequest.Read(Encoding.UTF8.GetBytes(text), out var problem).ShouldBeNull();

        problem.ShouldNotBeNull().ShouldContain(expected);
    }

    [Fact]
    public void What_is_written_is_read_as_it_was()
    {
        var given = new FilterSet(
            [new FilterRuleOptions { Type = "conversation.state", States = ["completed"], MediaTypes = ["voice"], Queues = ["q1", "q2"] }, new FilterRuleOptions { Type = "routing.queue" }],
            new Dictionary<string, IList<FilterRuleOptions>> { ["crm"] = [new FilterRuleOptions { Type = "routing.queue" }], ["erp"] = [] });

        var read = FilterRequest.Read(Encoding.UTF8.GetBytes(FilterRequest.Write(given, "90m")), out var problem);

        problem.ShouldBeNull();
        read!.Last.ShouldBe(TimeSpan.FromMinutes(90));
        read.Asked.Rules.ShouldBeEquivalentTo(given.Rules);
        read.Asked.Destinations.Keys.ShouldBe(["crm", "erp"]);
        read.Asked.Destinations["crm"].ShouldHaveSingleItem().Type.ShouldBe("routing.queue");
        read.Asked.Destinations["erp"].ShouldBeEmpty();
    }

    [Fact]
    public void The_example_is_a_good_one() => FilterRequest.Read(Encoding.UTF8.GetBytes(FilterRequest.Example), out _).ShouldNotBeNull().Last.ShouldBe(TimeSpan.FromHours(24));
}
