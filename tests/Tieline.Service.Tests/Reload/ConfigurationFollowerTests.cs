using Serilog.Core;
using Tieline.Diagnostics;
using Tieline.Service.Configuration;
using Tieline.Service.Reload;
using Tieline.Service.Tests.Support;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Reload;

/// <summary>When the files are looked at, and what comes of it; on a clock that the test moves.</summary>
public sealed class ConfigurationFollowerTests : IAsyncLifetime
{
    private readonly Sandbox _sandbox = Sandbox.Valid();
    private readonly ManualTime _clock = new();
    private readonly LogGuard _logs = new();
    private readonly TielineMetrics _metrics = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<ReloadPlan> _applied = [];
    private FollowedConfiguration _followed = null!;
    private ConfigurationInForce _inForce = null!;
    private Task _running = Task.CompletedTask;
    private Exception? _refuses;
    private int _reads;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        _metrics.Dispose();
        _logs.Verify();
        _logs.Dispose();
        _sandbox.Dispose();
    }

    [Fact]
    public async Task RunAsync_AFileThatHasChanged_IsPutInForceOnceItIsStill()
    {
        await StartAsync();
        Level("Warning");
        await LookAsync();
        _applied.ShouldBeEmpty();
        Level("Debug");
        await LookAsync();
        _applied.ShouldBeEmpty();
        await LookAsync();

        _applied.ShouldHaveSingleItem().Applied.ShouldHaveSingleItem().ToString().ShouldBe("Logging:Level: Information -> Debug");
        _inForce.Options.Logging.Level.ToString().ShouldBe("Debug");
        await LookAsync();
        await LookAsync();
        _applied.Count.ShouldBe(1);
    }

    [Fact]
    public async Task RunAsync_NothingHasChanged_IsNotReadAgain()
    {
        await StartAsync();
        var reads = _reads;
        await LookAsync();
        await LookAsync();

        _reads.ShouldBe(reads);
    }

    [Fact]
    public async Task RunAsync_AFilePutInItsPlaceOrALinkTurned_IsSeen()
    {
        var path = Path.Combine(_sandbox.Path, "tieline.json");
        _sandbox.File("one.json", "{}").File("two.json", """{ "Logging": { "Level": "Error" } }""");
        File.CreateSymbolicLink(path, "one.json");
        await StartAsync();
        File.CreateSymbolicLink(path + ".new", "two.json");
        File.Move(path + ".new", path, overwrite: true);
        await LookAsync();
        await LookAsync();

        _applied.ShouldHaveSingleItem().Options.Logging.Level.ToString().ShouldBe("Error");
    }

    [Fact]
    public async Task RunAsync_AFileThatAKeyNames_IsSeen()
    {
        _sandbox.File("key", "one").Variable("TIELINE_Redaction__IdentityKey_FILE", "key");
        await StartAsync();
        _sandbox.File("key", "another");
        await LookAsync();
        await LookAsync();

        _applied.ShouldHaveSingleItem().Applied.ShouldHaveSingleItem().ToString().ShouldBe("Redaction:IdentityKey: *** -> ***");
    }

    [Fact]
    public async Task RunAsync_SomebodyAsks_IsReadAtOnce()
    {
        await StartAsync();
        _sandbox.File(".env", "TIELINE_Logging__Level=Warning\n");
        _followed.Ask();
        await WaitsAsync();

        _applied.ShouldHaveSingleItem().Options.Logging.Level.ToString().ShouldBe("Warning");
    }

    [Fact]
    public async Task RunAsync_AFileWithErrors_IsRefusedOnceWithAllOfThemUntilItIsMended()
    {
        await StartAsync();
        _sandbox.Json("""{ "Logging": { "Level": "Loud" }, "Retention": { "Delivered": "1s" } }""");
        await LookAsync();
        await LookAsync();
        await LookAsync();

        _applied.ShouldBeEmpty();
        _inForce.Refused.Select(error => error.Key).ShouldBe(["Logging:Level", "Retention:Delivered"], ignoreOrder: true);
        _inForce.Note.ShouldNotBeNull().ShouldContain("Retention:Delivered");
        _inForce.Options.Logging.Level.ToString().ShouldBe("Information");

        _sandbox.Json("{}");
        await LookAsync();
        await LookAsync();
        _inForce.Note.ShouldBeNull();
        _applied.ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_WhatCannotBeMade_IsRefusedAndTriedAgainWhenAsked()
    {
        await StartAsync();
        _refuses = new ReloadRefusedException(new ConfigurationError("Destinations:crm", "it is gone"));
        Level("Warning");
        await LookAsync();
        await LookAsync();
        _inForce.Refused.ShouldHaveSingleItem().ToString().ShouldBe("Destinations:crm: it is gone");
        _inForce.Options.Logging.Level.ToString().ShouldBe("Information");

        _refuses = null;
        _followed.Ask();
        await WaitsAsync();
        _inForce.Refused.ShouldBeEmpty();
        _inForce.Options.Logging.Level.ToString().ShouldBe("Warning");
    }

    [Fact]
    public async Task RunAsync_WhatNeedsARestart_IsNotedUntilItIsTakenBack()
    {
        await StartAsync();
        _sandbox.Json("""{ "Gaps": { "Tolerance": 2 }, "Logging": { "Level": "Warning" } }""");
        await LookAsync();
        await LookAsync();
        _applied.ShouldHaveSingleItem().Options.Gaps.Tolerance.ShouldBe(0);
        _inForce.NeedsRestart.ShouldBe(["Gaps:Tolerance"]);

        Level("Warning");
        await LookAsync();
        await LookAsync();
        _inForce.NeedsRestart.ShouldBeEmpty();
        _applied.Count.ShouldBe(1);
    }

    [Fact]
    public async Task RunAsync_WrittenBetweenTheStartAndTheFirstLook_IsPutInForce()
    {
        await StartAsync(() => Level("Warning"));

        _applied.ShouldHaveSingleItem().Options.Logging.Level.ToString().ShouldBe("Warning");
    }

    private async Task StartAsync(Action? meanwhile = null)
    {
        var start = _sandbox.Load();
        start.Errors.ShouldBeEmpty();
        _followed = new FollowedConfiguration(Read, start, new LoggingLevelSwitch());
        _inForce = new ConfigurationInForce(start.Options);
        meanwhile?.Invoke();
        var follower = new ConfigurationFollower(_followed, _inForce, ApplyAsync, _clock, _metrics, _logs.For<ConfigurationFollower>());
        _running = Task.Run(() => follower.RunAsync(_stopping.Token, CancellationToken.None));
        await WaitsAsync();
    }

    private LoadedConfiguration Read()
    {
        _reads++;
        return _sandbox.Load();
    }

    private Task ApplyAsync(ReloadPlan plan, CancellationToken aborting)
    {
        if (_refuses is not null)
            return Task.FromException(_refuses);
        _applied.Add(plan);
        return Task.CompletedTask;
    }

    private void Level(string level) => _sandbox.Json($$"""{ "Logging": { "Level": "{{level}}" } }""");

    /// <summary>The next look has been taken when it waits for the one after.</summary>
    private async Task LookAsync()
    {
        _clock.Advance(ConfigurationFollower.Interval);
        await WaitsAsync();
    }

    private async Task WaitsAsync() => (await _clock.Waits.ReadAsync(TestContext.Current.CancellationToken)).ShouldBe(ConfigurationFollower.Interval);
}
