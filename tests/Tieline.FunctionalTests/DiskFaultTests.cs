using Tieline.FunctionalTests.Support;
using Tieline.Simulator;

namespace Tieline.FunctionalTests;

/// <summary>The disk fails under the real program for longer than it once took to give up: it stays, delivers what it can, and goes on when the disk is well again.</summary>
public sealed class DiskFaultTests
{
    /// <summary>At <see cref="Rate"/>: longer than five failures of a loop ever took.</summary>
    private const int EventsOfTheFault = 1_200;
    private const int Rate = 100;
    private const string NoGcc = "gcc, which builds the library that fails the disk, is not there";
    private const string NoMount = "this machine does not let a test mount a file system";

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string[], string, bool> Faults => new()
    {
        { "the sync of the log fails", ["sync */tieline.db-wal 5"], "SQLITE_IOERR_FSYNC", true },
        { "no space is left", ["write */data/* 28", "grow */data/* 28"], "the disk is full", true },
        { "no space is left for the file", ["write */tieline.db 28", "grow */tieline.db 28"], "cannot be moved into its file: the disk is full", true },
        { "the file system has become read-only", ["write */data/* 30", "sync */data/* 30", "open */data/* 30", "grow */data/* 30"], "Read-only file system", true },
        { "reads fail", ["read */tieline.db* 5"], "The journal cannot be", false },
        { "writes are cut short", ["write */data/* short"], "", true },
        { "a sync takes two seconds", ["sync */tieline.db* delay:2000"], "", true },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Whatever_the_disk_does_the_process_stays_and_nothing_is_lost(string fault, string[] rules, string problem, bool delivers)
    {
        Assert.SkipUnless(FaultyDisk.IsPossible, NoGcc);
        using var disk = new FaultyDisk();
        var isDown = false;
        await using var site = await Site.StartAsync(options => Arrange(options, disk, () => isDown));
        await site.MoreDeliveriesAsync(30, _soon);

        // Something stands in the journal that can be delivered while the disk fails.
        isDown = true;
        await site.MoreEventsAsync(400, _soon);
        await WaitingAsync(site, 100);
        disk.Set(rules);
        var text = problem.Length == 0 ? "" : await site.UnreadyAsync(problem, _soon);
        isDown = false;
        if (delivers)
            await site.MoreDeliveriesAsync(100, _soon);
        await site.MoreEventsAsync(EventsOfTheFault, _soon);
        site.Process.HasExited.ShouldBeFalse(site.Process.Tail());
        (await site.MetricsAsync())["delivered"].ShouldBeGreaterThan(0);
        (await site.PrometheusAsync()).ShouldNotBeNull();

        disk.Set();
        var account = await site.FilledAsync(_soon);
        site.Process.HasExited.ShouldBeFalse();
        await ReadyAgainAsync(site);
        Figures.Say($"{fault}: {account}; {text}");
        ShouldBeComplete(account);
        site.Log.ShouldNotContain(line => line.Name == "LoopGivenUp");
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        var verdict = await site.RunAsync("audit", "verify", "--data", site.DataDirectory);
        verdict.ExitCode.ShouldBe(0, verdict.ToString());
    }

    [Fact]
    public async Task A_stop_while_the_disk_is_full_takes_seconds_and_nothing_is_lost()
    {
        Assert.SkipUnless(FaultyDisk.IsPossible, NoGcc);
        using var disk = new FaultyDisk();
        await using var site = await Site.StartAsync(options => Arrange(options, disk, () => false));
        await site.MoreDeliveriesAsync(30, _soon);
        disk.Set("write */data/* 28", "grow */data/* 28");
        await site.UnreadyAsync("the disk is full", _soon);
        var (code, after) = await site.StopAsync();
        code.ShouldBe(0);
        after.ShouldBeLessThan(TimeSpan.FromSeconds(12));
        site.Log.ShouldContain(line => line.Name == "StoppedWithoutJournal");
        disk.Set();
        await site.StartTielineAsync();
        await site.IsSubscribedAsync(_soon);
        await site.MoreDeliveriesAsync(30, _soon);
        ShouldBeComplete(await site.FilledAsync(_soon));
    }

    [Fact]
    public async Task A_small_disk_that_fills_and_is_emptied_stops_nothing_for_good()
    {
        Assert.SkipUnless(SmallDisk.IsPossible, NoMount);
        await using var site = await Site.StartAsync(options =>
        {
            options.Genesys.Rate = Rate;
            options.DiskMiB = 40;
            options.FillsSoon();
        });
        await site.MoreDeliveriesAsync(30, _soon);
        var filler = Path.Combine(site.DataDirectory, "filler");
        Fill(filler);
        await site.UnreadyAsync("the disk is full", _soon);
        await site.MoreEventsAsync(EventsOfTheFault, _soon);
        site.Process.HasExited.ShouldBeFalse(site.Process.Tail());
        await site.MetricsAsync();
        File.Delete(filler);
        site.Genesys.Stop();
        var made = site.Genesys.Ledger().Where(line => line is { Passes: true, Id: not null }).Select(line => line.Id!).ToHashSet(StringComparer.Ordinal);
        await Eventually.TrueAsync(
            () => made.IsSubsetOf(site.Crm.Requests().Where(request => request is { Processed: true, Id: not null }).Select(request => request.Id!)),
            _soon,
            () => $"the CRM has every event that was made.\n{site.Process.Tail()}");
        await ReadyAgainAsync(site);
    }

    /// <summary>What was received has been delivered; what was not, has been fetched.</summary>
    private static void ShouldBeComplete(Account account)
    {
        account.Missing.ShouldBeEmpty(account.ToString());
        account.Lost.ShouldBeEmpty(account.ToString());
        account.Strangers.ShouldBeEmpty(account.ToString());
        account.TwoBodies.ShouldBeEmpty(account.ToString());
        account.OutOfOrder.ShouldBeEmpty(account.ToString());
    }

    private static async Task ReadyAgainAsync(Site site)
    {
        var said = "";
        await Eventually.TrueAsync(
            async () =>
            {
                (var status, said) = await site.ReadyAsync();
                return status == 200;
            },
            _soon,
            () => $"readiness is on again: {said}\n{site.Process.Tail()}");
    }

    private static void Arrange(SiteOptions options, FaultyDisk disk, Func<bool> isDown)
    {
        options.Genesys.Rate = Rate;
        options.Crm.Decide = _ => isDown() ? new CrmAnswer { Status = 503 } : null;
        options.Settings.Add("Destinations:0:Retry:MaxDelay=00:00:01");
        options.FillsSoon();
        foreach (var (name, value) in disk.Command)
            options.Environment[name] = value;
    }

    private static Task<TimeSpan> WaitingAsync(Site site, int events) =>
        Eventually.TrueAsync(async () => (await site.MetricsAsync())["waiting"] >= events, _soon, () => $"{events} events wait.\n{site.Process.Tail()}");

    /// <summary>Until not a byte more fits.</summary>
    private static void Fill(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var block = new byte[64 * 1024];
        long at = 0;
        for (var size = block.Length; size > 0;)
        {
            try
            {
                RandomAccess.Write(file, block.AsSpan(0, size), at);
                at += size;
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }
}
