extern alias receiver;
using System.Net.ServerSentEvents;
using System.Text.Json;
using receiver::CrmReceiver;

namespace Tieline.Service.Tests.CrmReceiver;

public class PageTests
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/page.css", "text/css")]
    [InlineData("/page.js", "text/javascript")]
    public async Task The_page_is_served_from_inside_the_program(string path, string contentType)
    {
        await using var rig = await ReceiverRig.StartAsync();

        var answer = await rig.GetAsync(path);

        answer.IsSuccessStatusCode.ShouldBeTrue();
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(contentType);
        (await answer.Content.ReadAsStringAsync(Ending)).ShouldNotContain("https://");
    }

    [Fact]
    public async Task An_open_page_gets_what_there_is_and_then_what_is_new()
    {
        await using var rig = await ReceiverRig.StartAsync();
        await rig.PostAsync("evt_1", ReceiverRig.Body("c1", "transfer", "2026-03-02T09:14:07Z"));
        await using var stream = await rig.Client.GetStreamAsync("/feed", Ending);
        await using var feed = SseParser.Create(stream).EnumerateAsync(Ending).GetAsyncEnumerator(Ending);

        var first = await NextAsync(feed);
        first.GetProperty("arrivals").GetArrayLength().ShouldBe(1);
        first.GetProperty("stats").GetProperty("accepted").GetInt64().ShouldBe(1);

        await rig.PostAsync("evt_2", ReceiverRig.Body("c1", "completed", "2026-03-02T09:14:08Z"));
        var next = NextAsync(feed);
        while (!next.IsCompleted)
        {
            rig.Clock.Advance(PageFeed.Interval);
            await Task.Yield();
        }

        var second = await next;
        second.GetProperty("arrivals").EnumerateArray().ShouldHaveSingleItem().GetProperty("delivery").GetProperty("id").GetString().ShouldBe("evt_2");
        second.GetProperty("conversations").EnumerateArray().ShouldHaveSingleItem().GetProperty("state").GetString().ShouldBe("completed");
    }

    private static async Task<JsonElement> NextAsync(IAsyncEnumerator<SseItem<string>> feed)
    {
        (await feed.MoveNextAsync()).ShouldBeTrue();
        return JsonSerializer.Deserialize<JsonElement>(feed.Current.Data);
    }
}
