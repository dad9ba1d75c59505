using System.Runtime.Versioning;

namespace Tieline.Tests.Audit;

[SupportedOSPlatform("linux")] // for file modes
public sealed class AuditCrashTests
{
    /// <summary>What a kill leaves: files up to some byte, a head and checkpoints from before the lines that it cut.</summary>
    [Theory]
    [InlineData(64 * 1024)]
    [InlineData(1_200)]
    public async Task RunAsync_KilledAtAnyByte_HasEachFactOnceAndAWholeChain(long maxFileBytes)
    {
        using var rig = AuditRig.With(facts: 4);
        rig.Options.MaxFileBytes = maxFileBytes;
        await rig.RunOnceAsync();
        var head = rig.Facts.Head;
        var checkpoints = File.ReadAllBytes(rig.Checkpoints);
        var known = rig.Files.Length;
        var knownBytes = new FileInfo(rig.Files[^1]).Length;
        rig.Facts.Add(AuditFacts.Some(5, 7));
        await rig.RunOnceAsync();

        for (var file = known - 1; file < rig.Files.Length; file++)
        {
            var length = new FileInfo(rig.Files[file]).Length;
            for (var cut = file == known - 1 ? knownBytes : 0; cut <= length; cut++)
            {
                using var killed = new AuditRig { Facts = new ListedFacts { Head = head }, Opener = UnsyncedStream.Open };
                killed.Options.MaxFileBytes = maxFileBytes;
                killed.Facts.Add(rig.Facts.All);
                Copy(rig, killed, file, cut, checkpoints);
                await killed.RunOnceAsync();

                killed.ShouldHoldEachFactOnce();
                killed.ShouldHaveLoggedNothingBad();
                var report = await killed.VerifyAsync(journalHead: head, newestFact: () => 7);
                report.FirstBad.ShouldBeNull($"file {file} cut at {cut}");
                report.Notes.ShouldBeEmpty();
                killed.Logs.Count(4002).ShouldBe(IsTorn(rig.Files[file], cut) ? 1 : 0);
            }
        }
    }

    [Fact]
    public async Task RunAsync_TornLine_IsRecordedWithItsLengthBeforeItsFactIsWrittenAgain()
    {
        using var rig = AuditRig.With(facts: 1);
        await rig.RunOnceAsync();
        File.AppendAllText(rig.Files[0], "{\"timestamp\":\"2026-03-");
        rig.Facts.Add(AuditFacts.One(2));
        var torn = await rig.VerifyAsync();
        torn.Ok.ShouldBeTrue();
        torn.Notes.ShouldHaveSingleItem().ShouldContain("22 bytes of a line");
        await rig.RunOnceAsync();

        rig.Lines.Length.ShouldBe(3);
        rig.Lines[1].ShouldStartWith(
            """{"timestamp":"2026-03-01T12:00:00.000Z","sequence":null,"conversationId":null,"eventType":null,"payloadHash":null,"id":null,"action":"log-repaired","destination":null,"fact":0,"detail":{"removedBytes":22},"previous":""");
        (await rig.VerifyAsync()).FirstBad.ShouldBeNull();
    }

    [Fact]
    public async Task RunAsync_KilledWhileRepairing_RecordsThatTooAndLosesNothing()
    {
        using var rig = AuditRig.With(facts: 2);
        await rig.RunOnceAsync();
        File.AppendAllText(rig.Files[0], "{\"timestamp\":\"2026-03-");
        for (var room = 0; room < 400; room += 13)
        {
            rig.Opener = new FullDisk { Room = room }.Open;
            await rig.RunOnceAsync();
        }

        rig.Opener = null;
        await rig.RunOnceAsync();
        rig.ShouldHoldEachFactOnce();
        (await rig.VerifyAsync()).FirstBad.ShouldBeNull();
        rig.Lines.ShouldContain(line => line.Contains("log-repaired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_TornCheckpoint_IsCutOffAndTheNextOneSigned()
    {
        using var rig = AuditRig.With(facts: 2);
        await rig.RunOnceAsync();
        File.AppendAllText(rig.Checkpoints, "{\"timestamp\":\"2026");
        (await rig.VerifyAsync()).Notes.ShouldHaveSingleItem().ShouldContain("torn");
        await rig.RunOnceAsync();

        var report = await rig.VerifyAsync();
        report.FirstBad.ShouldBeNull();
        report.Notes.ShouldBeEmpty();
        report.Checkpoints.ShouldBe(2);
    }

    /// <summary>All files before this one, and so much of it.</summary>
    private static void Copy(AuditRig from, AuditRig to, int file, long length, byte[] checkpoints)
    {
        Directory.CreateDirectory(to.Audit);
        Directory.CreateDirectory(Path.Combine(to.Data, "keys"));
        foreach (var name in new[] { "keys/audit-signing.pem", "audit/public-key.pem" })
            File.Copy(Path.Combine(from.Data, name), Path.Combine(to.Data, name));
        File.WriteAllBytes(to.Checkpoints, checkpoints);
        for (var i = 0; i <= file; i++)
        {
            var copy = Path.Combine(to.Audit, Path.GetFileName(from.Files[i]));
            File.WriteAllBytes(copy, File.ReadAllBytes(from.Files[i]));
            if (i < file)
                File.SetUnixFileMode(copy, UnixFileMode.UserRead);
            else
                using (var stream = new FileStream(copy, FileMode.Open))
                    stream.SetLength(length);
        }
    }

    private static bool IsTorn(string file, long cut) => cut > 0 && File.ReadAllBytes(file)[cut - 1] != (byte)'\n';
}
