using System.Text.Json;
using Tieline.Simulator.Tests.Details;

namespace Tieline.Simulator.Tests.Notifications;

public class AvailableTopicsTests
{
    [Fact]
    public async Task What_may_be_subscribed_is_listed_with_what_was_asked_for_of_each()
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (status, list) = await client.SendAsync(HttpMethod.Get, GenesysSimulator.AvailableTopicsPath);
        status.ShouldBe(200);
        var topics = list.GetProperty("entities").EnumerateArray().ToList();
        var ids = topics.ConvertAll(topic => RecordReading.Text(topic, "id"));
        ids.ShouldContain("v2.routing.queues.{id}.conversations");
        ids.ShouldContain("v2.users.{id}.conversations.calls");
        ids.ShouldContain("v2.detail.events.conversation.{id}.customer.end");
        ids.ShouldBeUnique();
        topics.ShouldAllBe(topic => topic.EnumerateObject().All(member => member.Name == "id" || member.Name == "description"));

        var (_, expanded) = await client.SendAsync(
            HttpMethod.Get, GenesysSimulator.AvailableTopicsPath + "?expand=requiresPermissions,permissionDetails,enforced,visibility,transports,topicParameters,description,schema,publicApiTemplateUriPaths");
        var queue = expanded.GetProperty("entities").EnumerateArray().First(topic => RecordReading.Text(topic, "id") == "v2.routing.queues.{id}.conversations");
        queue.GetProperty("requiresPermissions").EnumerateArray().Select(one => one.GetString()).ShouldBe(["routing:queue:view"]);
        queue.GetProperty("enforced").GetBoolean().ShouldBeTrue();
        queue.GetProperty("permissionDetails")[0].GetProperty("permissions")[0].GetString().ShouldBe("routing:queue:view");
        queue.GetProperty("transports")[0].GetString().ShouldBe("All");
        queue.TryGetProperty("requiresCurrentUser", out _).ShouldBeFalse("it was not asked for");
        (await client.SendAsync(HttpMethod.Get, GenesysSimulator.AvailableTopicsPath + "?expand=nothing")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_listed()
    {
        await using var rig = await Rig.StartAsync();
        using var http = new HttpClient();
        (await http.GetAsync(new Uri(rig.Simulator.Url + GenesysSimulator.AvailableTopicsPath), rig.Deadline)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
    }
}
