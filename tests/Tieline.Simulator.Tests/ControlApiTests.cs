using System.Text.Json;

namespace Tieline.Simulator.Tests;

public class ControlApiTests
{
    [Fact]
    public async Task The_status_has_the_figures()
    {
        await using var rig = await Rig.StartAsync();
        await rig.ConnectAsync(Rig.SubscribeLive);
        await rig.MakeAsync(12);
        await rig.Simulator.WaitForAsync(s => s.Written == 12, rig.Deadline);
        using var document = JsonDocument.Parse(await rig.Http.GetStringAsync(new Uri(rig.Simulator.Url + "/_simulator/status"), rig.Deadline));
        var status = document.RootElement;
        status.GetProperty("url").GetString().ShouldBe(rig.Simulator.Url);
        status.GetProperty("controlUrl").GetString().ShouldBe(rig.Simulator.ControlUrl);
        foreach (var (name, value) in new[] { ("sent", 12), ("written", 12), ("made", 12), ("lastSequence", 12), ("sockets", 1), ("tokensIssued", 1), ("subscribes", 1), ("rate", 100) })
        {
            status.GetProperty(name).GetInt32().ShouldBe(value, name);
        }
        status.GetProperty("handshakes").GetProperty("101").GetInt32().ShouldBe(1);
        status.GetProperty("lastSubscribe").GetString().ShouldBe(Rig.SubscribeLive);
        status.GetProperty("streams")[0].GetProperty("clientId").GetString().ShouldBe("simulator");
    }

    [Theory]
    [InlineData("faults", """{"kind":"explode"}""", "close, abort, silence")]
    [InlineData("faults", """{"kind":"handshake"}""", "401, 403, 404, 429, 500 or 503")]
    [InlineData("faults", """{"kind":"malformed","what":"x"}""", "notJson, truncated")]
    [InlineData("faults", """{"kind":"token","answer":"x"}""", "invalid_client")]
    [InlineData("faults", """{"kind":"close","code":1006}""", "1000 to 4999")]
    [InlineData("faults", """{"kind":"reorder"}""", "2 to 1000")]
    [InlineData("faults", """{"kind":"drop","count":0}""", "at least 1")]
    [InlineData("faults", """{"kind":"drop","cuont":1}""", "cuont")]
    [InlineData("faults", "nonsense", "JSON object with a kind")]
    [InlineData("rate", """{"rate":-1}""", "from 0")]
    [InlineData("rate", """{"rate":"fast"}""", "must be a number")]
    [InlineData("rate", """{"rate":1,"passing":2}""", "at most 1")]
    [InlineData("rate", "[]", "must be a number")]
    public async Task A_bad_call_is_told_what_is_allowed(string call, string body, string part)
    {
        await using var rig = await Rig.StartAsync();
        var (status, answer) = await rig.PostAsync(call, body);
        status.ShouldBe(400);
        answer.GetProperty("error").GetString()!.ShouldContain(part);
    }

    [Fact]
    public async Task An_unknown_call_lists_the_known()
    {
        await using var rig = await Rig.StartAsync();
        var (status, answer) = await rig.PostAsync("reboot", "");
        status.ShouldBe(404);
        answer.GetProperty("error").GetString()!.ShouldContain("GET ledger");
    }

    [Fact]
    public async Task A_fault_over_HTTP_is_committed()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        (await rig.PostAsync("faults", """{"kind":"close","code":1011,"reason":"over"}""")).Status.ShouldBe(200);
        (await client.ClosedAsync()).ShouldBe((1011, "over"));
    }

    [Fact]
    public async Task Refusing_over_HTTP_answers_its_caller_and_can_be_ended_at_the_control_address()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        (await rig.PostAsync("faults", """{"kind":"refuse","abort":true}""")).Body.GetProperty("refusing").GetBoolean().ShouldBeTrue();
        await client.LostAsync();
        using var end = new StringContent("""{"kind":"refuse","end":true}""");
        (await rig.Http.PostAsync(new Uri(rig.Simulator.ControlUrl + "/_simulator/faults"), end, rig.Deadline)).EnsureSuccessStatusCode();
        await rig.ConnectAsync();
    }

    [Fact]
    public async Task Wrong_options_are_all_named_at_once()
    {
        var error = await Should.ThrowAsync<ArgumentException>(Rig.StartAsync(o =>
        {
            o.Listen = "http://10.0.0.1:80";
            o.Rate = -1;
            o.Passing = 0;
            o.Faults.Add(new SimulatorFault { Kind = "none" });
        }));
        foreach (var part in new[] { "Listen must be", "Rate must be", "Passing must be", "kind must be" })
        {
            error.Message.ShouldContain(part);
        }
    }
}
