using System.Text;
using System.Text.Json;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using Tieline.Delivery;
using Tieline.Events;
using static Tieline.Tests.Delivery.Entries;

namespace Tieline.Tests.Delivery;

public sealed class CloudEventsFormatTests
{
    private static readonly CloudEventsFormat _format = new("/tieline/genesys");

    [Fact]
    public void Write_AnEvent_IsTheEnvelopeWithThePlainBodyInIt()
    {
        var entry = Entry(1, "6f1c", participants: """[{"id":"é"}]""");
        Encoding.UTF8.GetString(_format.Write(entry).Span).ShouldBe(
            $$"""{"specversion":"1.0","id":"{{entry.Id}}","source":"/tieline/genesys","type":"com.tieline.conversation.state","subject":"6f1c","time":"2026-03-02T09:00:00.001Z","datacontenttype":"application/json","data":{{Encoding.UTF8.GetString(PlainBody.Write(entry).Span)}}}""");
        _format.ContentType.ToString().ShouldBe("application/cloudevents+json");
    }

    [Fact]
    public void Write_AnyEvent_IsReadByTheSdk()
    {
        foreach (var entry in SampleEntries.All)
        {
            var read = new JsonEventFormatter().DecodeStructuredModeMessage(_format.Write(entry), new System.Net.Mime.ContentType("application/cloudevents+json"), null);
            read.IsValid.ShouldBeTrue();
            (read.Id, read.Type, read.Subject, read.Time).ShouldBe((entry.Id.ToString(), "com.tieline." + entry.Type, entry.ConversationId, entry.OccurredAt));
            ((JsonElement)read.Data!).GetProperty("conversationId").GetString().ShouldBe(entry.ConversationId);
        }
    }

    [Fact]
    public async Task The_javascript_sdk_reads_an_event()
    {
        using var package = await NodePackage.InstallAsync("cloudevents@10.0.0");
        var entry = Entry(1, "Größe-日本", EventKinds.RoutingQueue, null);
        await package.RunAsync(
            """
            const { HTTP } = require("cloudevents");
            const [body, id] = process.argv.slice(2);
            const event = HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" }, body });
            event.validate();
            if (event.id !== id || event.type !== "com.tieline.routing.queue" || event.subject !== "Größe-日本" || event.data.conversationId !== "Größe-日本") throw new Error(JSON.stringify(event));
            """,
            Encoding.UTF8.GetString(_format.Write(entry).Span), entry.Id.ToString());
    }
}
