namespace Tieline.Service.Tests.CrmReceiver;

public sealed class DeliveryLogTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crm-receiver-test-");

    private string Path => System.IO.Path.Combine(_directory.FullName, "received.ndjson");

    [Fact]
    public async Task A_restart_still_knows_every_id_and_how_often_it_came()
    {
        await using (var rig = await ReceiverRig.StartAsync("--file", Path))
        {
            await rig.PostAsync("evt_1", ReceiverRig.Body());
            await rig.PostAsync("evt_1", ReceiverRig.Body());
            await rig.PostAsync("evt_2", ReceiverRig.Body(), headers: ("Tieline-Origin", "backfill"));
        }

        await using var again = await ReceiverRig.StartAsync("--file", Path);
        await again.PostAsync("evt_2", ReceiverRig.Body());

        (await again.RecordsAsync()).Select(record => (record.GetProperty("id").GetString(), record.GetProperty("copies").GetInt32(), record.GetProperty("origin").GetString()))
            .ShouldBe([("evt_1", 2, "live"), ("evt_2", 2, "backfill")]);
    }

    [Theory]
    [InlineData("{\"id\":\"evt_3\",\"rec")]
    [InlineData("not json\n")]
    public async Task A_torn_last_line_is_cut_and_the_file_goes_on(string torn)
    {
        await using (var rig = await ReceiverRig.StartAsync("--file", Path))
            await rig.PostAsync("evt_1", ReceiverRig.Body());
        await File.AppendAllTextAsync(Path, torn, TestContext.Current.CancellationToken);

        await using (var rig = await ReceiverRig.StartAsync("--file", Path))
            await rig.PostAsync("evt_2", ReceiverRig.Body());

        await using var again = await ReceiverRig.StartAsync("--file", Path);
        (await again.RecordsAsync()).Select(record => record.GetProperty("id").GetString()).ShouldBe(["evt_1", "evt_2"]);
    }

    [Fact]
    public async Task The_log_holds_the_body_as_it_came()
    {
        await using (var rig = await ReceiverRig.StartAsync("--file", Path))
            await rig.PostAsync("evt_1", ReceiverRig.Body("Zoë"));

        (await File.ReadAllTextAsync(Path, TestContext.Current.CancellationToken)).ShouldContain(ReceiverRig.Body("Zoë"));
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
