using Tieline.Audit;

namespace Tieline.Tests.Audit;

/// <summary>Somebody else rotates or cuts the log while it is written, as logrotate does. It is noticed at the next lines; events go on; once the files are back, so does the log.</summary>
public sealed class AuditMovedTests
{
    /// <summary>What is done to the newest file.</summary>
    public enum Hand
    {
        /// <summary>logrotate's <c>create</c>: renamed, and an empty one in its place.</summary>
        RenamesAndCreates,

        /// <summary>logrotate's <c>nocreate</c>.</summary>
        Renames,

        /// <summary>logrotate's <c>copytruncate</c>.</summary>
        CopiesAndTruncates,

        Deletes,

        /// <summary>Cut in the middle of a line.</summary>
        Cuts,
    }

    public static TheoryData<Hand> Hands => [.. Enum.GetValues<Hand>()];

    [Theory]
    [MemberData(nameof(Hands))]
    public async Task RunAsync_FileIsRotatedByAnother_IsToldAtTheNextLinesAndGoesOnOnceItIsBack(Hand hand)
    {
        using var rig = AuditRig.With(facts: 6);
        using var stopping = new CancellationTokenSource();
        var projection = rig.Projection();
        var running = projection.RunAsync(stopping.Token, CancellationToken.None);
        await PassAsync(rig, () => rig.Facts.Head?.Fact == 6);
        var file = rig.Files.ShouldHaveSingleItem();
        var kept = Do(hand, file);

        rig.Facts.Add(AuditFacts.Some(7, 9));
        await PassAsync(rig, () => projection.Problem is not null || rig.Facts.Head?.Fact == 9);
        projection.Problem.ShouldNotBeNull().ShouldContain("tieline audit restart");
        rig.Facts.Head!.Fact.ShouldBe(6, "lines that are in no file are not on record as written");
        running.IsCompleted.ShouldBeFalse();
        rig.Clock.Advance(TimeSpan.FromMilliseconds(1));
        projection.Lag.ShouldBeGreaterThan(TimeSpan.Zero);

        File.Move(kept, file, overwrite: true);
        await PassAsync(rig, () => rig.Facts.Head?.Fact == 9);
        await stopping.CancelAsync();
        await running;
        projection.Problem.ShouldBeNull();
        rig.ShouldHoldEachFactOnce();
        (await rig.VerifyAsync(journalHead: rig.Facts.Head, newestFact: () => 9)).FirstBad.ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Hands))]
    public async Task RunAsync_FileIsRotatedBeforeTheNextDay_TheDayIsNotClosedOverIt(Hand hand)
    {
        using var rig = AuditRig.With(facts: 6);
        using var stopping = new CancellationTokenSource();
        var projection = rig.Projection();
        var running = projection.RunAsync(stopping.Token, CancellationToken.None);
        await PassAsync(rig, () => rig.Facts.Head?.Fact == 6);
        var file = rig.Files.ShouldHaveSingleItem();
        Do(hand, file);

        rig.Facts.Add(AuditFacts.One(7, AuditFacts.One(1).Timestamp.AddDays(1)));
        await PassAsync(rig, () => projection.Problem is not null || rig.Facts.Head?.Fact == 7);
        projection.Problem.ShouldNotBeNull().ShouldContain("tieline audit restart");
        rig.Files.ShouldNotContain(other => other != file, "nothing follows a file that is not whole");
        await stopping.CancelAsync();
        await running;
    }

    [Theory]
    [MemberData(nameof(Hands))]
    public async Task RunAsync_CheckpointsAreRotatedByAnother_ThatIsLoggedAndTheLogGoesOn(Hand hand)
    {
        using var rig = new AuditRig();
        using var stopping = new CancellationTokenSource();
        var projection = rig.Projection();
        var running = projection.RunAsync(stopping.Token, CancellationToken.None);
        rig.Facts.Add(AuditFacts.Some(1, 1_000));
        await PassAsync(rig, () => rig.Facts.Head?.Fact == 1_000 && File.Exists(rig.Checkpoints));
        var kept = Do(hand, rig.Checkpoints);

        rig.Facts.Add(AuditFacts.Some(1_001, 2_000));
        await PassAsync(rig, () => rig.Facts.Head?.Fact == 2_000);
        rig.Logs.Count(4060).ShouldBe(1);
        await stopping.CancelAsync();
        await running;
        var report = await rig.VerifyAsync(journalHead: rig.Facts.Head);
        report.FirstBad!.File.ShouldBe(CheckpointFile.Name);
        report.FirstBad.Reason.ShouldContain("checkpoints were removed");

        // The kept checkpoints, put back in front, close the hole.
        var whole = await File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(rig.Checkpoints, whole[..(whole.LastIndexOf('\n') + 1)] + await File.ReadAllTextAsync(rig.Checkpoints, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        report = await rig.VerifyAsync(journalHead: rig.Facts.Head);
        report.FirstBad.ShouldBeNull();
        report.Evidence.ShouldContain(evidence => evidence.Kind == "checkpoint" && evidence.Line == 2_000);
    }

    /// <returns>The file as it was.</returns>
    private static string Do(Hand hand, string file)
    {
        var kept = file + ".1";
        File.Copy(file, kept);
        switch (hand)
        {
            case Hand.RenamesAndCreates:
                File.Move(file, kept, overwrite: true);
                File.Create(file).Dispose();
                break;
            case Hand.Renames:
                File.Move(file, kept, overwrite: true);
                break;
            case Hand.CopiesAndTruncates:
                using (var cut = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                    cut.SetLength(0);
                break;
            case Hand.Cuts:
                using (var cut = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                    cut.SetLength(cut.Length - 10);
                break;
            case Hand.Deletes:
                File.Delete(file);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(hand));
        }

        return kept;
    }

    private static async Task PassAsync(AuditRig rig, Func<bool> until)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (!until())
        {
            limit.Token.ThrowIfCancellationRequested();
            rig.Clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }
    }
}
