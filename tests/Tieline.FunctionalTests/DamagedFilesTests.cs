using System.Text.Json;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;

namespace Tieline.FunctionalTests;

/// <summary>Each file of the data directory, damaged while nobody runs: Tieline refuses it in words that name it, or runs, and all that the CRM gets is what Genesys told.</summary>
public sealed class DamagedFilesTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    public enum Damage
    {
        /// <summary>A bit, in what is there.</summary>
        Bit,

        /// <summary>Sixteen bytes.</summary>
        Bytes,

        /// <summary>The second half is gone.</summary>
        Cut,
    }

    [Theory]
    [InlineData("tieline.db", Damage.Bytes, 1)]
    [InlineData("tieline.db", Damage.Bit, 2)]
    [InlineData("tieline.db", Damage.Cut, 3)]
    [InlineData("tieline.db-wal", Damage.Bit, 4)]
    [InlineData("tieline.db-wal", Damage.Bytes, 5)]
    [InlineData("console-token", Damage.Cut, 7)]
    [InlineData("lock", Damage.Bytes, 8)]
    [InlineData("lock.pid", Damage.Bytes, 9)]
    [InlineData("console-url", Damage.Bytes, 10)]
    [InlineData("keys/identity.key", Damage.Cut, 11)]
    [InlineData("keys/audit-signing.pem", Damage.Bytes, 12)]
    [InlineData("audit/*.jsonl", Damage.Bytes, 14)]
    [Trait("Guarantee", "G1")]
    public async Task A_damaged_file_is_refused_in_words_or_nothing_wrong_goes_out(string name, Damage damage, int seed)
    {
        await using var site = await Site.StartAsync(options => options.Genesys.Rate = 100);
        await site.MoreDeliveriesAsync(50, _soon);
        await site.Crm.DownAsync();
        await site.MoreEventsAsync(300, _soon);
        site.Genesys.Stop();
        await site.KillAsync();
        DoDamage(Find(site, name), damage, seed);
        await site.Crm.UpAsync();

        var processed = site.Crm.Status.Processed;
        var process = site.Launch();
        await Eventually.TrueAsync(
            async () => process.HasExited || (site.Listens(process) && site.Crm.Status.Processed > processed && await WaitingAsync(site) == 0),
            _soon,
            () => $"it has ended, or all is sent.\n{process.Tail()}");
        if (process.HasExited)
        {
            (await process.ExitAsync(_soon)).ShouldBe(1, process.Tail());
            var said = string.Join('\n', process.Errors);
            said.ShouldNotContain("Unhandled exception");
            said.ShouldContain(site.DataDirectory, customMessage: "it names the file, or the directory that it is in");
        }
        else
        {
            (await site.StopAsync()).ExitCode.ShouldBeOneOf(0, 1);
        }

        ShouldBeWhatGenesysTold(site);
    }

    /// <returns>Null where nobody answers.</returns>
    private static async Task<double?> WaitingAsync(Site site)
    {
        try
        {
            return (await site.MetricsAsync())["waiting"];
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    [Fact]
    public async Task A_lock_file_that_is_deleted_frees_nothing()
    {
        await using var site = await Site.StartAsync();
        var first = site.Process;
        File.Delete(Path.Combine(site.DataDirectory, "lock"));
        var second = site.Launch();
        (await second.ExitAsync(_soon)).ShouldBe(1);
        string.Join('\n', second.Errors).ShouldContain("in use by another Tieline");
        first.HasExited.ShouldBeFalse();
    }

    [Theory]
    [InlineData("ulimit -n 64", "any command needs 128")]
    [InlineData("ulimit -n 200", "files and sockets may be open at once (ulimit -n)")]
    [InlineData("ulimit -f 60000", "no file may grow beyond")]
    public async Task A_limit_that_is_too_low_is_named_at_the_start(string limit, string said)
    {
        await using var site = await Site.StartAsync(options => options.Start = false);
        await using var process = ChildProcess.Start(
            ["run"], site.Folder,
            new Dictionary<string, string> { ["GENESYS_CLIENT_ID"] = "id", ["GENESYS_CLIENT_SECRET"] = "secret-of-it", ["CRM_WEBHOOK_URL"] = $"{site.Crm.Url}/hook", ["TIELINE_DataDirectory"] = site.DataDirectory },
            ["/bin/sh", "-c", $"{limit} && exec \"$0\" \"$@\""]);
        (await process.ExitAsync(_soon)).ShouldBe(1, process.Tail());
        string.Join('\n', process.Errors).ShouldContain(said);
    }

    private static string Find(Site site, string name) => name.Contains('*', StringComparison.Ordinal)
        ? Directory.GetFiles(site.DataDirectory, name).Where(file => !file.EndsWith("checkpoints.jsonl", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Last()
        : Path.Combine(site.DataDirectory, name);

    private static void DoDamage(string path, Damage damage, int seed)
    {
        var bytes = File.ReadAllBytes(path);
#pragma warning disable CA5394 // the same damage each time
        var random = new Random(seed);
        if (damage == Damage.Cut)
        {
            bytes = bytes[..(bytes.Length / 2)];
        }
        else
        {
            // Where something is: most of the log is reserved, and empty.
            var end = Math.Max(1, bytes.AsSpan().LastIndexOfAnyExcept((byte)0));
            var at = random.Next(end);
            if (damage == Damage.Bit)
                bytes[at] ^= (byte)(1 << random.Next(8));
            else
                random.NextBytes(bytes.AsSpan(at, Math.Min(16, bytes.Length - at)));
        }
#pragma warning restore CA5394

        File.WriteAllBytes(path, bytes);
    }

    private static void ShouldBeWhatGenesysTold(Site site)
    {
        var told = site.Genesys.Ledger().Where(line => line.Id is not null).ToDictionary(line => line.Id!, StringComparer.Ordinal);
        var bodies = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var request in site.Crm.Requests().Where(request => request.Processed))
        {
            told.TryGetValue(request.Id ?? "", out var line).ShouldBeTrue($"'{request.Id}' was never told");
            using var body = JsonDocument.Parse(request.Body);
            var root = body.RootElement;
            (root.GetProperty("conversationId").GetString(), root.GetProperty("type").GetString(), root.GetProperty("timestamp").GetDateTimeOffset()).ShouldBe((line!.ConversationId, line.Type, line.Timestamp));
            if (bodies.TryGetValue(request.Id!, out var before) && !Origin(request))
                request.Body.ShouldBe(before);
            bodies[request.Id!] = request.Body;
        }
    }

    /// <summary>What was fetched again is told by a record, which may know less of it.</summary>
    private static bool Origin(CrmRequest request) => request.Headers.Any(header => header.Key.Equals("Tieline-Origin", StringComparison.OrdinalIgnoreCase));
}
