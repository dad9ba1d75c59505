using Microsoft.AspNetCore.Http;
using Tieline.Delivery;
using Tieline.Diagnostics;

namespace Tieline.Tests.Delivery;

/// <summary>A page for people, answered to JSON with 200: a login page, an instance that sleeps, a gateway. The CRM has nothing.</summary>
public sealed class HtmlAnswerTests
{
    private const string Page = "<!DOCTYPE html>\n<html><head><title>Instance Hibernating</title></head></html>";

    [Theory]
    [InlineData("text/html", Page)]
    [InlineData("text/html; charset=utf-8", Page)]
    [InlineData("TEXT/HTML", "<p>Please sign in</p>")]
    [InlineData("application/xhtml+xml", "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"/>")]
    [InlineData("text/html", "\u00ef\u00bb\u00bf \r\n<!-- served by proxy-7 --><html>")]
    [InlineData("text/html", "Warning: the session has ended. <a href=\"/login\">Sign in</a>")]
    [InlineData("", Page)]
    [InlineData("text/plain", "  <html lang=\"en\">")]
    [InlineData("application/octet-stream", Page)]
    public async Task A_page_is_no_delivery_but_a_failure_of_the_server(string type, string body)
    {
        foreach (var status in (int[])[200, 201, 202])
        {
            var failed = (await SendAsync(type, body, status)).ShouldBeOfType<DeliveryOutcome.BackOff>($"{status} {type} {body}");
            (failed.Status, failed.Hold).ShouldBe((status, null));
        }
    }

    /// <summary>Many frameworks send a bare word, or nothing, as text/html unless told: Flask, Express, PHP, and Slack's webhooks.</summary>
    [Theory]
    [InlineData("text/html", "")]
    [InlineData("text/html; charset=utf-8", "ok")]
    [InlineData("text/html", "stored: 1 < 2")]
    [InlineData("application/json", "{}")]
    [InlineData("application/json", Page)] // what names itself is believed, and not read
    [InlineData("application/xml", "<result/>")]
    [InlineData("text/plain", "ok")]
    [InlineData("text/plain", "see <html> there")]
    [InlineData("", "")]
    [InlineData("", "{}")]
    [InlineData("nonsense;;", "ok")]
    public async Task Anything_else_is_a_delivery(string type, string body) =>
        (await SendAsync(type, body, 200)).ShouldBe(new DeliveryOutcome.Accepted(200));

    /// <summary>A template that makes XML may be for somebody who answers so.</summary>
    [Fact]
    public async Task A_page_in_answer_to_something_else_than_JSON_is_a_delivery()
    {
        var options = new DestinationOptions { Format = BodyFormat.Template };
        (options.Template.Text, options.Template.ContentType) = ("<e>{{ id }}</e>", "application/xml");
        (await SendAsync("text/html", Page, 200, options)).ShouldBe(new DeliveryOutcome.Accepted(200));
    }

    [Fact]
    public async Task A_body_that_does_not_come_does_not_hold_a_delivery_up_for_ever()
    {
        await using var server = RawServer.Start(RawServer.Text("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
        (await SendAsync(new DestinationOptions { Url = server.Url })).ShouldBe(new DeliveryOutcome.Accepted(200));
    }

    /// <summary>A flagged failure of the destination, not of the events: none becomes a dead letter, and all arrive when it wakes.</summary>
    [Fact]
    public async Task While_pages_come_the_destination_is_down_and_when_it_wakes_all_are_delivered()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.Retry.GiveUpAfter = TimeSpan.FromMilliseconds(200);
        var sleeping = true;
        crm.Answer = async (request, context) =>
        {
            if (!Volatile.Read(ref sleeping))
                return;
            foreach (var (id, _) in request.Events)
                context.Items[id] = "asleep"; // it has nothing
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync(Page, context.RequestAborted);
        };
        await rig.AppendAsync(Enumerable.Range(0, 40).Select(i => $"c{i % 10}"));
        rig.Start();
        while (rig.Dispatcher.Status.State != GateState.Down)
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        rig.Dispatcher.Status.Problem.ShouldNotBeNull().ShouldContain("HTML");
        Volatile.Write(ref sleeping, false);
        await rig.SettledAsync(40);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
        crm.Accepted.Values.Sum(ids => ids.Count).ShouldBe(40);
    }

    private static async Task<DeliveryOutcome> SendAsync(string type, string body, int status, DestinationOptions? options = null)
    {
        options ??= new DestinationOptions();
        await using var server = RawServer.Start(RawServer.Text(
            $"HTTP/1.1 {status} X\r\n{(type.Length == 0 ? "" : $"Content-Type: {type}\r\n")}Content-Length: {body.Length}\r\n\r\n{body}"));
        options.Url = server.Url;
        return await SendAsync(options);
    }

    private static async Task<DeliveryOutcome> SendAsync(DestinationOptions options)
    {
        using var metrics = new TielineMetrics();
        using var http = new HttpMessageInvoker(Destination.CreateHandler(options));
        var format = BodyFormats.Create(options);
        var destination = new Destination(options, http, new WebhookRequestFactory(options, "test", format.ContentType), TimeProvider.System, metrics, format);
        var outcome = await destination.SendAsync(Entries.Entry(1), TestContext.Current.CancellationToken);
        return outcome is DeliveryOutcome.BackOff ? outcome with { Answer = null } : outcome;
    }
}
