using Tieline.Delivery;
using Tieline.Genesys;
using Tieline.Service.Configuration;
using Tieline.Service.Doctor;
using Tieline.Service.Hosting;

namespace Tieline.Service.Tests.Hosting;

public sealed class ProcessLimitsTests
{
    private const string Unlimited = """
        Limit                     Soft Limit           Hard Limit           Units     
        Max cpu time              unlimited            unlimited            seconds   
        Max file size             unlimited            unlimited            bytes     
        Max open files            1048576              1048576              files     
        Max address space         unlimited            unlimited            bytes     

        """;

    [Fact]
    public void Of_WhatLinuxSays_ReadsTheSoftLimitsAndTheLowestMemory()
    {
        ProcessLimits.Of(Unlimited, ["max\n", "", "9223372036854771712\n"]).ShouldBe(new ProcessLimits(1_048_576, null, null, null));
        ProcessLimits.Of(Unlimited.Replace("Max open files            1048576", "Max open files            256    ", StringComparison.Ordinal), ["268435456\n", "max"]).ShouldBe(new ProcessLimits(256, null, null, 268_435_456));
        ProcessLimits.Of("", [""]).ShouldBe(new ProcessLimits(null, null, null, null));
    }

    [Fact]
    public void Judge_NoLimits_FindsNothing() => ProcessLimits.Of(Unlimited, ["max"]).Judge(Options()).ShouldBeEmpty();

    [Fact]
    public void Read_OfThisProcess_KnowsHowManyFilesItMayOpen() => ProcessLimits.Read().OpenFiles.ShouldNotBeNull().ShouldBeGreaterThan(0);

    [Fact]
    public void Judge_TooFewFiles_SaysHowManyAreNeededAndHowToRaiseThem()
    {
        var needed = ProcessLimits.FilesFor(Options());
        var problem = new ProcessLimits(needed - 1, null, null, null).Judge(Options()).ShouldHaveSingleItem();
        problem.IsFatal.ShouldBeTrue();
        problem.Seen.ShouldBe($"at most {needed - 1} files and sockets may be open at once (ulimit -n), and {needed} are needed");
        problem.Advice.ShouldContain("LimitNOFILE");
        new ProcessLimits(needed, null, null, null).Judge(Options()).ShouldBeEmpty();
    }

    [Fact]
    public void FilesFor_MoreDestinationsAndChannels_NeedsMore()
    {
        var one = ProcessLimits.FilesFor(Options());
        ProcessLimits.FilesFor(Options(concurrency: 100)).ShouldBe(one - new DestinationOptions().Concurrency + 100);
        ProcessLimits.FilesFor(Options(destinations: 3)).ShouldBeGreaterThan(one);
        var notifications = Options();
        notifications.Genesys.Source = GenesysSource.Notifications;
        ProcessLimits.FilesFor(notifications).ShouldBeGreaterThan(one);
    }

    [Theory]
    [InlineData(1L << 30, null, null, false, "the address space is limited to 1024 MiB (ulimit -v)")]
    [InlineData(null, 8L << 20, null, true, "no file may grow beyond 8 MiB (ulimit -f)")]
    [InlineData(null, 8L << 30, null, false, "no file may grow beyond 8192 MiB (ulimit -f)")]
    [InlineData(null, null, 128L << 20, false, "memory is limited to 128 MiB")]
    public void Judge_AnotherLimit_NamesIt(long? addresses, long? file, long? memory, bool isFatal, string seen)
    {
        var problem = new ProcessLimits(null, addresses, file, memory).Judge(Options()).ShouldHaveSingleItem();
        (problem.IsFatal, problem.Seen).ShouldBe((isFatal, seen));
    }

    [Fact]
    public async Task The_doctor_fails_what_cannot_run_and_warns_of_what_may_not()
    {
        var findings = await new LimitsCheck(Options(), () => new ProcessLimits(64, 1L << 30, null, null)).RunAsync(TestContext.Current.CancellationToken);
        findings.Select(finding => finding.Verdict).ShouldBe([Verdict.Fail, Verdict.Warn]);
        (await new LimitsCheck(Options(), () => new ProcessLimits(null, null, null, null)).RunAsync(TestContext.Current.CancellationToken)).ShouldHaveSingleItem().Verdict.ShouldBe(Verdict.Pass);
    }

    private static TielineOptions Options(int destinations = 1, int? concurrency = null)
    {
        var options = new TielineOptions();
        options.Destinations.Clear();
        for (var index = 0; index < destinations; index++)
            options.Destinations.Add(new DestinationOptions { Concurrency = concurrency ?? new DestinationOptions().Concurrency });
        return options;
    }
}
