using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tieline.Audit;
using Tieline.Journal;

namespace Tieline.Tests.Audit;

/// <summary>Everything that can be done to a log, and what is said about it.</summary>
[SupportedOSPlatform("linux")] // for file modes
public sealed class AuditVerifierTests
{
    [Fact]
    public async Task VerifyAsync_AnyByteOfTheLogChanged_NamesItsLine()
    {
        using var rig = await WrittenAsync(facts: 5, maxFileBytes: 1_500);
        rig.Files.Length.ShouldBeGreaterThan(1);
        foreach (var file in rig.Files)
        {
            var bytes = File.ReadAllBytes(file);
            for (var i = 0; i < bytes.Length; i++)
            {
                var mask = (byte)(1 << (i % 8));
                bytes[i] ^= mask;
                Overwrite(file, bytes);
                bytes[i] ^= mask;
                var report = await rig.VerifyAsync();
                report.Ok.ShouldBeFalse($"{Path.GetFileName(file)} byte {i}");
                report.FirstBad!.File.ShouldBe(Path.GetFileName(file));
                report.FirstBad.Line.ShouldBe(1 + bytes.AsSpan(0, i).Count((byte)'\n'), $"byte {i}: {report.FirstBad}");
            }

            Overwrite(file, bytes);
        }

        (await rig.VerifyAsync()).FirstBad.ShouldBeNull();
    }

    [Fact]
    public async Task VerifyAsync_AnyByteOfTheCheckpointsChanged_NamesTheCheckpoint()
    {
        using var rig = await WrittenAsync(facts: 5, maxFileBytes: 1_500);
        var bytes = File.ReadAllBytes(rig.Checkpoints);
        for (var i = 0; i < bytes.Length; i++)
        {
            foreach (byte mask in new byte[] { 0x01, 0x20 })
            {
                bytes[i] ^= mask;
                Overwrite(rig.Checkpoints, bytes);
                bytes[i] ^= mask;
                var report = await rig.VerifyAsync();
                report.Ok.ShouldBeFalse($"byte {i}");
                report.FirstBad!.File.ShouldBe(CheckpointFile.Name, $"byte {i}: {report.FirstBad}");
                report.Evidence.ShouldBeEmpty();
            }
        }
    }

    [Fact]
    public async Task VerifyAsync_LineRemoved_NamesTheLineThatFollowed()
    {
        using var rig = await WrittenAsync(facts: 9, maxFileBytes: 1_500);
        foreach (var file in rig.Files)
        {
            var lines = ReadLines(file);
            for (var i = 0; i < lines.Count; i++)
            {
                WriteLines(file, lines.Where((_, at) => at != i));
                (await rig.VerifyAsync()).Ok.ShouldBeFalse($"{file} line {i + 1}");
            }

            WriteLines(file, lines);
        }

        var first = ReadLines(rig.Files[0]);
        WriteLines(rig.Files[0], first.Where((_, at) => at != 1));
        (await rig.VerifyAsync()).FirstBad.ShouldBe(
            new AuditFault("audit-20260301-0001.jsonl", 2, "does not follow the line before: one was removed, inserted, moved or written anew"));
    }

    [Fact]
    public async Task VerifyAsync_LinesSwappedOrInserted_NamesTheFirstOfThem()
    {
        using var rig = await WrittenAsync(facts: 6);
        var lines = ReadLines(rig.Files[0]);
        WriteLines(rig.Files[0], [lines[0], lines[1], lines[3], lines[2], lines[4], lines[5]]);
        (await rig.VerifyAsync()).FirstBad!.Line.ShouldBe(3);
        WriteLines(rig.Files[0], [lines[0], lines[1], lines[1], .. lines[2..]]);
        (await rig.VerifyAsync()).FirstBad!.Line.ShouldBe(3);
        WriteLines(rig.Files[0], [lines[0], lines[1], "", .. lines[2..]]);
        (await rig.VerifyAsync()).FirstBad!.Line.ShouldBe(3);
        WriteLines(rig.Files[0], [lines[0], lines[1], Chained(lines[1], lines[2]), .. lines[2..]]);
        (await rig.VerifyAsync()).FirstBad!.Line.ShouldBe(4);
    }

    [Fact]
    public async Task VerifyAsync_LinesRemovedFromTheEnd_AreMissedByTheCheckpointTheJournalAndTheHead()
    {
        using var rig = await WrittenAsync(facts: 6);
        var head = (await rig.VerifyAsync()).Head;
        var lines = ReadLines(rig.Files[0]);
        for (var left = 5; left >= 0; left--)
        {
            WriteLines(rig.Files[0], lines.Take(left));
            var expected = new AuditFault("audit-20260301-0001.jsonl", left, "");
            (await rig.VerifyAsync()).FirstBad.ShouldBe(
                expected with { Reason = "the log ends here, but checkpoint 1 signed audit-20260301-0001.jsonl line 6: lines were removed" });
        }

        WriteLines(rig.Files[0], lines.Take(4));
        File.Delete(rig.Checkpoints);
        (await rig.VerifyAsync(journalHead: rig.Facts.Head)).FirstBad!.Reason.ShouldContain("the journal knows that it had reached 6");
        (await rig.VerifyAsync(head: head)).FirstBad!.Reason.ShouldContain("no line has the head that was given");
        var blind = await rig.VerifyAsync();
        blind.Ok.ShouldBeTrue();
        blind.Evidence.ShouldBeEmpty();
        blind.NotChecked.ShouldContain("Whether lines were removed from the end, or all written anew: nothing else knows of the log.");
        blind.NotChecked.ShouldContain("Signatures: there is no checkpoint in checkpoints.jsonl.");
    }

    [Fact]
    public async Task VerifyAsync_LogWrittenAnewFromTheMiddle_IsToldByTheCheckpointTheJournalAndTheHead()
    {
        using var rig = await WrittenAsync(facts: 6);
        var head = (await rig.VerifyAsync()).Head;
        var lines = ReadLines(rig.Files[0]);
        var forged = Forge(lines, 2, line => line.Replace("\"crm\"", "\"cRm\"", StringComparison.Ordinal));
        WriteLines(rig.Files[0], forged);
        (await rig.VerifyAsync()).FirstBad.ShouldBe(
            new AuditFault("audit-20260301-0001.jsonl", 6, "is not the one that checkpoint 1 signed: the log was written anew up to here"));

        File.Delete(rig.Checkpoints);
        (await rig.VerifyAsync()).Ok.ShouldBeTrue();
        (await rig.VerifyAsync(journalHead: rig.Facts.Head)).FirstBad!.Line.ShouldBe(6);
        (await rig.VerifyAsync(head: head)).Ok.ShouldBeFalse();
    }

    [Fact]
    public async Task VerifyAsync_LineAddedAtTheEnd_IsToldByTheJournal()
    {
        using var rig = await WrittenAsync(facts: 6);
        var lines = ReadLines(rig.Files[0]);
        WriteLines(rig.Files[0], [.. lines, Chained(lines[5], lines[5].Replace("\"fact\":6", "\"fact\":7", StringComparison.Ordinal))]);

        (await rig.VerifyAsync()).Ok.ShouldBeTrue();
        (await rig.VerifyAsync(newestFact: () => 6)).FirstBad!.Reason.ShouldContain("the journal's newest is 6");
    }

    [Fact]
    public async Task VerifyAsync_FileRemoved_IsTold()
    {
        using var rig = await WrittenAsync(facts: 20, maxFileBytes: 1_500);
        rig.Files.Length.ShouldBeGreaterThan(3);
        foreach (var file in rig.Files)
        {
            var aside = Path.Combine(rig.Data, "aside");
            File.Move(file, aside);
            (await rig.VerifyAsync()).Ok.ShouldBeFalse(file);
            File.Move(aside, file);
        }

        foreach (var file in rig.Files)
            File.Delete(file);
        (await rig.VerifyAsync()).FirstBad!.Reason.ShouldContain("checkpoint 1 signed audit-20260301-0001.jsonl");
    }

    [Theory]
    [InlineData("audit-20260301-0002.jsonl")]
    [InlineData("audit-20260302-0001.jsonl")]
    [InlineData("audit-20260301-01.jsonl")]
    [InlineData("audit-20260301-00001.jsonl")]
    [InlineData("audit-copy.jsonl")]
    public async Task VerifyAsync_FileRenamed_IsTold(string name)
    {
        using var rig = await WrittenAsync(facts: 2);
        File.Delete(rig.Checkpoints);
        File.Move(rig.Files[0], Path.Combine(rig.Audit, name));
        (await rig.VerifyAsync()).FirstBad!.File.ShouldBe(name);
    }

    [Theory]
    [InlineData("\"detail\":null", "\"detail\":null,\"extra\":1", "has 'extra' where 'previous' belongs")]
    [InlineData("\"sequence\":null,", "", "has 'conversationId' where 'sequence' belongs")]
    [InlineData("\"sequence\":null,", "\"sequence\":null, ", "has white space")]
    [InlineData("\"sequence\":null,", "\"sequence\" :null,", "has white space")]
    [InlineData("\"sequence\":null,", "\"sequence\":1.5,", "no whole number")]
    [InlineData("\"sequence\":null,", "\"sequence\":\"1\",", "no whole number")]
    [InlineData("\"id\":null", "\"id\":\"evt_1\"", "no event id")]
    [InlineData("\"detail\":null", "\"detail\":{\"a\":[]}", "more than strings and numbers")]
    [InlineData("\"fact\":1", "\"fact\":2", "has fact 2 where 1 belongs")]
    [InlineData("\"fact\":1", "\"fact\":0", "has fact 0 where 1 belongs")]
    [InlineData("T12:00", "T25:00", "no UTC time")]
    [InlineData("T12:00", "T12:0", "no UTC time")]
    [InlineData("\"action\":\"started\"", "\"action\":\"\u00ff\"", "is not UTF-8")]
    public async Task VerifyAsync_LineOfAnotherShapeWithAGoodHash_SaysWhatIsWrong(string was, string becomes, string reason)
    {
        using var rig = new AuditRig();
        rig.Facts.Add(new AuditFact(1, AuditFacts.Noon, null, null, null, null, null, "started", null, null));
        await rig.RunOnceAsync();
        var line = ReadLines(rig.Files[0])[0];
        var body = line[..line.IndexOf(",\"hash\":", StringComparison.Ordinal)].Replace(was, becomes, StringComparison.Ordinal) + "}";
        var bytes = Encoding.Latin1.GetBytes(body);
        Overwrite(rig.Files[0], [.. bytes[..^1], .. Encoding.UTF8.GetBytes($",\"hash\":\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"}}\n")]);

        var fault = (await rig.VerifyAsync()).FirstBad!;
        fault.Line.ShouldBe(1);
        fault.Reason.ShouldContain(reason);
    }

    [Fact]
    public async Task VerifyAsync_CheckpointOfAnotherKey_IsTold()
    {
        using var rig = await WrittenAsync(facts: 2);
        using var other = await WrittenAsync(facts: 2);
        File.Copy(other.Checkpoints, rig.Checkpoints, overwrite: true);
        (await rig.VerifyAsync()).FirstBad!.Reason.ShouldContain("is signed with key");
        File.Copy(Path.Combine(other.Audit, AuditKey.PublicFile), Path.Combine(rig.Audit, AuditKey.PublicFile), overwrite: true);
        var report = await rig.VerifyAsync();
        report.Ok.ShouldBeTrue("the same facts make the same chain");
        report.Key.ShouldNotBe((await AuditKeyIdAsync(rig)).ToString());
    }

    [Fact]
    public async Task VerifyAsync_EarlierHeadOfALogThatHasGrown_IsFound()
    {
        using var rig = await WrittenAsync(facts: 2);
        var head = (await rig.VerifyAsync()).Head;
        rig.Facts.Add(AuditFacts.Some(3, 4));
        await rig.RunOnceAsync();

        var report = await rig.VerifyAsync(head.ToUpperInvariant());
        report.Ok.ShouldBeTrue();
        report.Evidence.ShouldContain(evidence => evidence.Kind == "head" && evidence.Line == 2 && evidence.Hash == head);
        await Should.ThrowAsync<ArgumentException>(() => rig.VerifyAsync("abc"));
    }

    [Fact]
    public async Task Report_ReadsWellAndIsJson()
    {
        using var rig = await WrittenAsync(facts: 2);
        var report = await rig.VerifyAsync();
        report.ToText().ToArray().ShouldBe(
        [
            "The audit log is whole: 2 lines in 1 files, up to fact 2.",
            $"Head: {report.Head}",
            $"Checkpoints: 1, signed with key {report.Key}.",
            "Nothing was removed up to audit-20260301-0001.jsonl line 2 (fact 2): the newest signed checkpoint says so.",
            "Not checked: The key: public-key.pem was used as it is there. To check it, give the id that was noted elsewhere: --key ID.",
            "Not checked: Lines and checkpoints removed from the end, lines added at the end: there was no journal to compare with.",
        ]);
        JsonSerializer.Serialize(report).ShouldContain("\"Ok\":true");
        File.AppendAllText(rig.Files[0], "x");
        (await rig.VerifyAsync()).ToText().First().ShouldBe(
            "The audit log is NOT as it was written. First bad: audit-20260301-0001.jsonl line 3: was changed: it does not end as a line does");
    }

    private static async Task<AuditRig> WrittenAsync(int facts, long maxFileBytes = 1_000_000)
    {
        var rig = AuditRig.With(facts);
        rig.Options.MaxFileBytes = maxFileBytes;
        await rig.RunOnceAsync();
        return rig;
    }

    private static async Task<string> AuditKeyIdAsync(AuditRig rig)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(rig.Data, "keys", AuditKey.PrivateFile)));
        return Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];
    }

    /// <summary>The line as a forger without the key would write it: chained, its hash right.</summary>
    private static string Chained(string previous, string line)
    {
        var hash = previous[^66..^2];
        var body = line[..line.IndexOf("\"previous\":", StringComparison.Ordinal)] + $"\"previous\":\"{hash}\"}}";
        return body[..^1] + $",\"hash\":\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}\"}}";
    }

    private static List<string> Forge(List<string> lines, int from, Func<string, string> change)
    {
        var forged = lines[..from];
        foreach (var line in lines[from..])
            forged.Add(Chained(forged[^1], change(line)));
        return forged;
    }

    private static List<string> ReadLines(string file) => [.. File.ReadAllText(file).Split('\n')[..^1]];

    private static void WriteLines(string file, IEnumerable<string> lines) => Overwrite(file, Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));

    private static void Overwrite(string file, byte[] bytes)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(file, bytes);
    }
}
