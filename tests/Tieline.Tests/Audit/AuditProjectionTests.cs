using System.Runtime.Versioning;
using Tieline.Audit;
using Tieline.Journal;

namespace Tieline.Tests.Audit;

[SupportedOSPlatform("linux")] // for file modes
public sealed class AuditProjectionTests
{
    [Fact]
    public async Task RunAsync_StoppedAtOnce_WritesWhatThereIsSignsItAndSavesTheHead()
    {
        using var rig = AuditRig.With(facts: 2_500);
        await rig.RunOnceAsync();

        rig.ShouldHoldEachFactOnce();
        Path.GetFileName(rig.Files.ShouldHaveSingleItem()).ShouldBe("audit-20260301-0001.jsonl");
        var report = await rig.VerifyAsync(journalHead: rig.Facts.Head, newestFact: () => 2_500);
        report.FirstBad.ShouldBeNull();
        report.Lines.ShouldBe(2_500);
        report.Evidence.Select(evidence => (evidence.Kind, evidence.Line)).ShouldBe([("checkpoint", 2_500), ("journal", 2_500)]);
        report.Notes.ShouldBeEmpty();
        rig.Facts.Head.ShouldBe(new AuditHead(2_500, report.Head, rig.Facts.Head!.Checkpoint));
        rig.Facts.Head.Checkpoint!.Number.ShouldBe(report.Checkpoints);
    }

    [Fact]
    public async Task RunAsync_NothingToSay_MakesTheKeyAndNoFile()
    {
        using var rig = new AuditRig();
        await rig.RunOnceAsync();

        rig.Files.ShouldBeEmpty();
        var report = await rig.VerifyAsync();
        report.Ok.ShouldBeTrue();
        report.Notes.ShouldBe(["There is no log file."]);
    }

    [Fact]
    public async Task RunAsync_StartedAgain_GoesOnAfterTheLastLine()
    {
        using var rig = AuditRig.With(facts: 3);
        await rig.RunOnceAsync();
        rig.Facts.Add(AuditFacts.Some(4, 9));
        await rig.RunOnceAsync();
        await rig.RunOnceAsync();

        rig.ShouldHoldEachFactOnce();
        (await rig.VerifyAsync()).FirstBad.ShouldBeNull();
        rig.ShouldHaveLoggedNothingBad();
    }

    [Fact]
    public async Task RunAsync_DayChanges_BeginsAFileNamedAfterItsFirstLineAndClosesTheOther()
    {
        using var rig = new AuditRig();
        var midnight = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
        rig.Facts.Add(AuditFacts.One(1, midnight.AddMilliseconds(-1)), AuditFacts.One(2, midnight), AuditFacts.One(3, midnight.AddMilliseconds(-1)));
        await rig.RunOnceAsync();
        rig.Facts.Add(AuditFacts.One(4, midnight.AddDays(2)));
        await rig.RunOnceAsync();

        rig.Files.Select(Path.GetFileName).ShouldBe(["audit-20260301-0001.jsonl", "audit-20260302-0001.jsonl", "audit-20260304-0001.jsonl"]);
        rig.Files.Select(File.GetUnixFileMode).ShouldBe([UnixFileMode.UserRead, UnixFileMode.UserRead, UnixFileMode.UserRead | UnixFileMode.UserWrite]);
        (await rig.VerifyAsync()).FirstBad.ShouldBeNull();
        rig.ShouldHoldEachFactOnce();
    }

    [Fact]
    public async Task RunAsync_FileWouldPassItsSize_GoesOnInTheNext()
    {
        using var rig = AuditRig.With(facts: 40);
        rig.Options.MaxFileBytes = 2_000;
        await rig.RunOnceAsync();

        rig.Files.Length.ShouldBeGreaterThan(5);
        rig.Files.Select(file => new FileInfo(file).Length).ShouldAllBe(length => length <= 2_000);
        rig.Files[^1].ShouldEndWith($"-{rig.Files.Length:D4}.jsonl");
        File.ReadAllLines(rig.Checkpoints).Length.ShouldBe(rig.Files.Length);
        var report = await rig.VerifyAsync();
        report.FirstBad.ShouldBeNull();
        report.Checkpoints.ShouldBe(rig.Files.Length);
        rig.ShouldHoldEachFactOnce();
    }

    [Fact]
    public async Task RunAsync_LineBiggerThanAFile_HasAFileOfItsOwn()
    {
        using var rig = AuditRig.With(facts: 2);
        rig.Options.MaxFileBytes = 1;
        await rig.RunOnceAsync();

        rig.Files.Length.ShouldBe(2);
        (await rig.VerifyAsync()).FirstBad.ShouldBeNull();
    }

    [Fact]
    public async Task RunAsync_KeysAndDirectories_AreForTheOwnerAlone()
    {
        using var rig = AuditRig.With(facts: 1);
        await rig.RunOnceAsync();

        var keys = Path.Combine(rig.Data, "keys");
        var all = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.GetUnixFileMode(keys).ShouldBe(all);
        File.GetUnixFileMode(rig.Audit).ShouldBe(all);
        File.GetUnixFileMode(Path.Combine(keys, AuditKey.PrivateFile)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(rig.Files[0]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task RunAsync_FactsComeOneByOne_AreSyncedAndTheHeadSavedEverySecond()
    {
        using var rig = AuditRig.With(facts: 1);
        var opened = new CountingDisk();
        rig.Opener = opened.Open;
        using var stopping = new CancellationTokenSource();
        var running = rig.Projection().RunAsync(stopping.Token, CancellationToken.None);
        await rig.Facts.Waiting;
        opened.Syncs.ShouldBe(1);
        rig.Facts.Saves.ShouldBe(1);

        rig.Facts.Add(AuditFacts.One(2));
        await opened.WrittenAsync(2);
        rig.Facts.Add(AuditFacts.One(3));
        opened.Syncs.ShouldBe(1);
        var synced = opened.SyncedAsync(2);
        // The projection may be about to set its timer: the clock goes on until it has.
        while (!synced.IsCompleted)
        {
            rig.Clock.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        await rig.Facts.Waiting;
        opened.Lines.ShouldBe(3);
        await stopping.CancelAsync();
        await running;
        rig.Facts.Head!.Fact.ShouldBe(3);
        (await rig.VerifyAsync()).FirstBad.ShouldBeNull();
    }

    [Fact]
    public async Task RunAsync_NothingComesAfterALine_StillSavesTheHeadAndSigns()
    {
        using var rig = AuditRig.With(facts: 1);
        using var stopping = new CancellationTokenSource();
        var running = rig.Projection().RunAsync(stopping.Token, CancellationToken.None);
        await rig.Facts.Waiting;
        rig.Facts.Add(AuditFacts.One(2));
        while (rig.Facts.Head?.Fact != 2 || !File.Exists(rig.Checkpoints))
        {
            rig.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        var report = await rig.VerifyAsync();
        report.Evidence.ShouldHaveSingleItem().Fact.ShouldBe(2);
        await stopping.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData("\"action\":\"", "\"Action\":\"")]
    [InlineData("c-4", "c-5")]
    [InlineData("\"hash\":\"", "\"hash\":\"0")]
    [InlineData("\"}\n", "\"} \n")]
    public async Task RunAsync_LastLineWasAltered_LeavesItAndSaysSo(string was, string becomes)
    {
        using var rig = AuditRig.With(facts: 4);
        await rig.RunOnceAsync();
        var text = File.ReadAllText(rig.Files[0]);
        var at = text.LastIndexOf(was, StringComparison.Ordinal);
        var altered = text[..at] + becomes + text[(at + was.Length)..];
        File.WriteAllText(rig.Files[0], altered);

        (await rig.ProblemAsync()).ShouldContain("'audit-20260301-0001.jsonl' line 4");
        File.ReadAllText(rig.Files[0]).ShouldBe(altered);
        rig.Logs.Count(4012).ShouldBe(1);
    }

    [Fact]
    public async Task RunAsync_LineRemovedFromTheNewestFile_SaysSo()
    {
        using var rig = AuditRig.With(facts: 4);
        await rig.RunOnceAsync();
        File.WriteAllText(rig.Files[0], string.Concat(rig.Lines.Where((_, i) => i != 1).Select(line => line + "\n")));

        (await rig.ProblemAsync()).ShouldContain("line 2: it does not follow the line before");
    }

    [Fact]
    public async Task RunAsync_LogShorterThanTheJournalKnows_SaysSo()
    {
        using var rig = AuditRig.With(facts: 4);
        await rig.RunOnceAsync();
        File.WriteAllText(rig.Files[0], string.Concat(rig.Lines[..2].Select(line => line + "\n")));

        (await rig.ProblemAsync()).ShouldContain("ends with fact 2, but the journal knows that it had reached 4");
    }

    [Fact]
    public async Task RunAsync_LogWrittenAnew_SaysSo()
    {
        using var rig = AuditRig.With(facts: 4);
        await rig.RunOnceAsync();
        rig.Facts.Head = rig.Facts.Head! with { Hash = new string('0', 64) };

        (await rig.ProblemAsync()).ShouldContain("line 4) is not the one that the journal knows");
    }

    [Fact]
    public async Task RunAsync_JournalOfAnEarlierTime_SaysSo()
    {
        using var rig = AuditRig.With(facts: 4);
        await rig.RunOnceAsync();
        using var other = AuditRig.With(facts: 2);
        Directory.Delete(other.Data);
        Directory.Move(rig.Data, other.Data);
        Directory.CreateDirectory(rig.Data);

        (await other.ProblemAsync()).ShouldContain("the log has reached fact 4, the journal's newest is 2");
    }

    [Fact]
    public async Task RunAsync_JournalHasLostFacts_SaysSoRatherThanLeaveAHole()
    {
        using var rig = new AuditRig();
        rig.Facts.Add(AuditFacts.Some(2, 3));

        (await rig.ProblemAsync()).ShouldContain("facts are missing");
    }

    [Fact]
    public async Task RunAsync_PrivateKeyIsGone_DoesNotSignWithANewOne()
    {
        using var rig = AuditRig.With(facts: 1);
        await rig.RunOnceAsync();
        File.Delete(Path.Combine(rig.Data, "keys", AuditKey.PrivateFile));

        (await rig.ProblemAsync()).ShouldContain("is missing");
    }

    [Fact]
    public async Task RunAsync_PublicKeyIsGone_IsWrittenAgain()
    {
        using var rig = AuditRig.With(facts: 1);
        await rig.RunOnceAsync();
        File.Delete(Path.Combine(rig.Audit, AuditKey.PublicFile));
        (await rig.VerifyAsync()).FirstBad!.File.ShouldBe(AuditKey.PublicFile);
        await rig.RunOnceAsync();

        (await rig.VerifyAsync()).FirstBad.ShouldBeNull();
    }

    [Fact]
    public async Task RunAsync_DrainAtStop_EndsAfterFiveSeconds()
    {
        using var rig = new AuditRig();
        rig.Facts.Add(AuditFacts.Some(1, 5_000));
        rig.Opener = new SlowDisk(rig.Clock, TimeSpan.FromSeconds(2)).Open;
        await rig.RunOnceAsync();

        // 0 s, 2 s and 4 s after the stop it began another batch.
        rig.Lines.Length.ShouldBe(3_000);
        rig.Facts.Head!.Fact.ShouldBe(3_000);
        (await rig.VerifyAsync(newestFact: () => 5_000)).Notes.ShouldBe(["2,000 facts of the journal are not written yet."]);
    }
}
