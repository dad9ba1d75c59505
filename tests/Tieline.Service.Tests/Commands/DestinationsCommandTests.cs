using System.Text.Json.Nodes;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Commands;

public sealed class DestinationsCommandTests : OrgTests
{
    [Fact]
    public async Task What_a_removed_one_was_not_delivered_is_told_and_discarded_by_name()
    {
        await FillAsync();
        var before = await ListAsync();
        before.Select(one => $"{one!["destination"]} {one["configured"]} {one["undelivered"]}").ShouldBe(["crm true 3", "old false 3"]);
        (await Sandbox.RunAsync("destinations", "list")).Output.ShouldContain("undelivered");

        var refused = await Sandbox.RunAsync("destinations", "discard", "crm", "--reason", "no", "--yes");
        (refused.ExitCode, refused.Error).ShouldBe((ExitCode.Failed, "Destination 'crm' is configured: its events are on their way. Take it out of the configuration first.\n"));
        var dry = await Sandbox.RunAsync("destinations", "discard", "old", "--reason", "moved");
        (dry.ExitCode, Org.Received.Count).ShouldBe((ExitCode.Done, 0));
        dry.Error.ShouldContain("Nothing was done");
        (await Sandbox.RunAsync("destinations", "discard", "nobody", "--reason", "moved", "--yes")).Output.ShouldStartWith("Nothing fits");

        var done = await Sandbox.RunAsync("destinations", "discard", "old", "--reason", "moved", "--yes");
        (done.ExitCode, done.Error).ShouldBe((ExitCode.Done, done.Error));
        done.Output.ShouldContain("3 events are discarded.");
        (await ListAsync())[1]!["undelivered"]!.GetValue<long>().ShouldBe(0);
        (await Sandbox.RunAsync("audit", "show", "--all", "--action", "discarded")).Output.ShouldContain($"{{\"events\":3,\"reason\":\"moved\",\"by\":\"{Environment.UserName}\"}}");
    }

    private async Task<JsonArray> ListAsync() => JsonNode.Parse((await Sandbox.RunAsync("destinations", "list", "--json")).Output)!["destinations"]!.AsArray();

    /// <summary>As a Tieline leaves it that had two destinations, of which neither took anything.</summary>
    private async Task FillAsync()
    {
        using var metrics = new TielineMetrics();
        using var logs = new LogGuard();
        using var data = DataDirectory.Open(RunningTieline.DataOf(Sandbox));
        IdentityKeyFile.Open(data.FileNamed("keys")); // as a run makes it before its first event
        using var journal = SqliteJournal.Open(data, ["crm", "old"], TimeProvider.System, metrics, logs.For<SqliteJournal>());
        for (var sequence = 1; sequence <= 3; sequence++)
            await journal.PostAsync(new JournalWork.Append(Some.Redacted(sequence, $"c{sequence}"), new Mark(1, sequence, Some.Time), IsHeld: false), TestContext.Current.CancellationToken);
        journal.Complete();
        await journal.WriteAsync(TestContext.Current.CancellationToken);
    }
}
