using Tieline.Delivery;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class FormatErrorsTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(""" "Format": "Soap" """, "Format: must be one of Plain, CloudEvents, Template, was 'Soap' (from file tieline.json Destinations:0:Format)")]
    [InlineData(""" "Format": "Template" """, "Template:Text: required for the format Template, or a file that holds it (Text_FILE)")]
    [InlineData(""" "Template": { "Text": "{}" } """, "Format: must be Template for the Template beside it, was Plain")]
    [InlineData(""" "Format": "Template", "Template": { "Text": "{{ nope }}" } """, "Template:Text: the template names 'nope', which there is not: id, conversationId, type, state, timestamp, origin, participants are")]
    [InlineData(""" "Format": "CloudEvents", "CloudEvents": { "Source": "" } """, "CloudEvents:Source: must be a URI or a part of one, such as /tieline/genesys, was ''")]
    [InlineData(""" "Batch": { "MaxEvents": 1001 } """, "Batch:MaxEvents: must be from 1 to 1000, was 1001")]
    [InlineData(""" "Batch": { "MaxEvents": 2, "MaxWait": "2min" } """, "Batch:MaxWait: must be from 0 to 00:01:00, was 00:02:00")]
    [InlineData(""" "Batch": { "Results": "HubSpot" } """, "Batch:Results: must be None where MaxEvents is 1: without batches there are no results to tell apart, was HubSpot")]
    [InlineData(""" "Answers": { "Keep": "All" } """, "Answers:Keep: must be one of Codes, Text, was 'All'")]
    [InlineData(""" "Method": "Delete" """, "Method: must be one of Post, Put, Patch, was 'Delete'")]
    [InlineData(""" "StartFrom": "2026-03-02T09:00:00" """, "StartFrom: must be Now, Beginning, or a time with its offset such as 2026-03-02T09:00:00Z, was '2026-03-02T09:00:00'")]
    [InlineData(""" "Filter": { "Rules": [{ "States": ["completed"] }] } """, "Filter:Rules:0:Type: required: an event's type, such as conversation.state")]
    public void What_cannot_be_written_is_refused_at_start(string destination, string expected)
    {
        _sandbox.Json($$"""{ "Destinations": [{ {{destination}} }] }""");

        _sandbox.Errors().ShouldHaveSingleItem().ShouldStartWith($"Destinations:0:{expected.Split(" (from")[0]}");
    }

    [Fact]
    public void A_batch_has_no_id_for_the_URL()
    {
        _sandbox.Environment.Remove("CRM_WEBHOOK_URL");
        _sandbox.Json("""{ "Destinations": [{ "Url": "https://crm.example/events/{id}", "Batch": { "MaxEvents": 2 } }] }""");

        _sandbox.Errors().ShouldHaveSingleItem().ShouldStartWith("Destinations:0:Url: must not hold {id} where Batch:MaxEvents is more than 1: a batch has no such id");
    }

    [Fact]
    public void A_template_may_come_from_a_file()
    {
        _sandbox.File("crm.liquid", "{\"x\":\"{{ id }}\"}\n").Json("""{ "Destinations": [{ "Format": "Template", "Template": { "Text_FILE": "crm.liquid" } }] }""");

        var options = _sandbox.Options().Destinations[0];
        options.Format.ShouldBe(BodyFormat.Template);
        options.Template.Text.ShouldBe("{\"x\":\"{{ id }}\"}");
    }
}
