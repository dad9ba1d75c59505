using System.Text;
using System.Text.Json;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.TestKit;
using static Tieline.Tests.Delivery.Entries;

namespace Tieline.Tests.Delivery;

public sealed class TemplateFormatTests
{
    private const string Json = "application/json";

    [Fact]
    public void Write_EveryName_HasTheEventsValue()
    {
        var entry = Entry(1, "c1", participants: """[{"id":"p1","role":"customer","identity":"user:1"},{"id":"p2"}]""", origin: EventOrigin.Backfill);
        Render("{{ id }} {{ conversationId }} {{ type }} {{ state }} {{ timestamp }} {{ origin }} {% for p in participants %}{{ p.id }}/{{ p.role }}/{{ p.identity }} {% endfor %}", "text/plain", entry)
            .ShouldBe($"{entry.Id} c1 conversation.state completed 2026-03-02T09:00:00.001Z backfill p1/customer/user:1 p2// ");
    }

    [Fact]
    public void Write_ValuesInJson_AreEscapedAndTheFilterJsonIsNotTwice()
    {
        var body = Render(
            """{"a":"{{ conversationId }}","b":{{ conversationId | json }},"c":{{ participants | json }},"d":{{ state | json }}}""", Json, Entry(1, "a\"b\\é\n", state: null, participants: """[{"id":"\"x"}]"""));
        using var read = JsonDocument.Parse(body);
        read.RootElement.GetProperty("a").GetString().ShouldBe("a\"b\\é\n");
        read.RootElement.GetProperty("b").GetString().ShouldBe("a\"b\\é\n");
        read.RootElement.GetProperty("c")[0].GetProperty("id").GetString().ShouldBe("\"x");
        read.RootElement.GetProperty("d").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("application/xml", "<a>{{ conversationId }}</a>", "<a>&lt;&amp;</a>")]
    [InlineData("application/x-www-form-urlencoded", "a={{ conversationId }}", "a=%3C%26")]
    [InlineData("text/plain", "{{ conversationId }}", "<&")]
    public void Write_AnotherContentType_EscapesForIt(string contentType, string template, string expected) => Render(template, contentType, Entry(1, "<&")).ShouldBe(expected);

    [Theory]
    [InlineData("{% if state %}", "is no Liquid template: ")]
    [InlineData("{% include 'x' %}", "Unknown tag 'include'")]
    [InlineData("{% render 'x' %}", "Unknown tag 'render'")]
    [InlineData("{{ conversationID2 }}", "names 'conversationID2', which there is not: id, conversationId")]
    [InlineData("{{ id | shout }}", "Undefined filter 'shout'")]
    [InlineData("{\"a\": {{ id }} }", "does not give JSON: line 1")]
    [InlineData("{% if state == nil %}nothing{% else %}{}{% endif %}", "does not give JSON")]
    [InlineData("", "does not give JSON")]
    [InlineData("{% for i in (1..1000000) %}{% endfor %}{}", "steps")]
    [InlineData("{% assign a = 'aaaaaaaaaa' %}{% for i in (1..30) %}{% assign a = a | append: a %}{% endfor %}{}", "more than 262144 characters")]
    [InlineData("{% assign a = 'aaaaaaaaaa' %}{% for i in (1..14) %}{% assign a = a | append: a %}{% endfor %}\"{{ a }}{{ a }}\"", "more than 262144 bytes")]
    public void Create_WhatCannotWork_IsRefusedWithTheReason(string template, string expected) =>
        Should.Throw<BodyException>(() => TemplateFormat.Create(template, Json)).Message.ShouldContain(expected);

    [Theory]
    [InlineData("application/xml", "<a>{{ conversationId }}")]
    [InlineData("text/xml", "{{ id }}")]
    [InlineData("application/soap+xml", "<a b={{ id }}/>")]
    public void Create_WhatIsNoXml_IsRefused(string contentType, string template) => Should.Throw<BodyException>(() => TemplateFormat.Create(template, contentType)).Message.ShouldContain("does not give XML: line 1");

    [Theory]
    [InlineData("a\0b")]
    [InlineData("a\u001bb")]
    [InlineData("a\uffffb")]
    public void Write_ACharacterThatXmlDoesNotAllow_IsRefusedAndNotRepeated(string conversation)
    {
        var format = TemplateFormat.Create("<a>{{ conversationId }}</a>", "application/xml");
        Should.Throw<BodyException>(() => format.Write(Entry(1, conversation))).Message.ShouldMatch("^the template does not give XML: line 1, character [0-9]+$");
        Encoding.UTF8.GetString(format.Write(Entry(1, "c\u00e9\n1")).Span).ShouldStartWith("<a>c");
    }

    [Fact]
    public void Create_NoContentType_IsRefused() => Should.Throw<BodyException>(() => TemplateFormat.Create("{}", "json please")).Message.ShouldContain("is no content type");

    [Fact]
    public async Task Send_ATemplateThatFailsOnAnEvent_SetsItAsideWithTheReasonAndSendsNothing()
    {
        using var metrics = new TielineMetrics();
        using var logs = new LogGuard();
        await using var crm = await WebEndpoint.StartAsync();
        var options = new DestinationOptions { Url = crm.Url, Format = BodyFormat.Template };
        options.Template.Text = """{% if conversationId == "odd" %}nothing{% else %}{"x":"{{ conversationId }}"}{% endif %}""";
        using var handler = Destination.CreateHandler(options);
        var destination = Destination.Create(options, handler, "test", TimeProvider.System, metrics, logs);

        (await destination.SendAsync(Entry(1, "odd"), TestContext.Current.CancellationToken))
            .ShouldBe(new DeliveryOutcome.Rejected(422, "the template does not give JSON: line 1, byte 1", WasSent: false));
        (await destination.SendAsync(Entry(2, "even"), TestContext.Current.CancellationToken)).ShouldBe(new DeliveryOutcome.Accepted(200));
        crm.Requests.ShouldHaveSingleItem().Body.ShouldBe("""{"x":"even"}""");
    }

    private static string Render(string template, string contentType, Tieline.Journal.JournalEntry entry) => Encoding.UTF8.GetString(TemplateFormat.Create(template, contentType).Write(entry).Span);
}
