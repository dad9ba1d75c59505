using System.Security.Cryptography;
using System.Text;
using Tieline.Audit;
using Tieline.Journal;

namespace Tieline.Tests.Audit;

/// <summary>Checkpoints are numbered and chained; a key that cannot be used is a verdict.</summary>
public sealed class AuditCheckpointTests
{
    /// <summary>Damaged keys, each of which another part of the crypto library refuses.</summary>
    public static TheoryData<string> Keys =>
    [
        "", "x", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", Pem([0x30, 0x00]), Pem(Spki(curve: "06052b81040001")), Pem(Spki(curve: "06082a8648ce3d030107", point: 0x00)),
        Pem(Spki(curve: "06082a8648ce3d030106")), Pem(Spki(curve: "0500")), Pem(Spki(algorithm: "06072a8648ce3d0202")), Pem(RsaKey()), Pem(OtherCurve()),
    ];

    [Fact]
    public async Task VerifyAsync_CheckpointRemoved_IsTold()
    {
        using var rig = await SignedAsync(5);
        var lines = File.ReadAllLines(rig.Checkpoints);
        for (var i = 0; i < lines.Length - 1; i++)
        {
            Write(rig, lines.Where((_, at) => at != i));
            var fault = (await rig.VerifyAsync()).FirstBad.ShouldNotBeNull($"without checkpoint {i + 1}");
            (fault.File, fault.Line).ShouldBe((CheckpointFile.Name, i + 1));
        }
    }

    [Fact]
    public async Task VerifyAsync_NewestCheckpointsRemoved_AreKnownByTheJournal()
    {
        using var rig = await SignedAsync(5);
        var lines = File.ReadAllLines(rig.Checkpoints);
        for (var left = lines.Length - 1; left >= 0; left--)
        {
            Write(rig, lines.Take(left));
            var fault = (await rig.VerifyAsync(journalHead: rig.Facts.Head)).FirstBad.ShouldNotBeNull($"with {left} left");
            fault.ShouldBe(new AuditFault(CheckpointFile.Name, left, "the checkpoints end here, but the journal knows number 5: checkpoints were removed"));
        }

        File.Delete(rig.Checkpoints);
        (await rig.VerifyAsync(journalHead: rig.Facts.Head)).FirstBad!.File.ShouldBe(CheckpointFile.Name);
    }

    [Fact]
    public async Task RunAsync_CheckpointsRemovedWhileItIsStopped_GoesOnBehindTheHole()
    {
        using var rig = await SignedAsync(3);
        Write(rig, File.ReadAllLines(rig.Checkpoints)[..1]);
        rig.Facts.Add(AuditFacts.Some(4, 4));
        await rig.RunOnceAsync();
        rig.Logs.Count(4060).ShouldBe(1);
        (await rig.VerifyAsync()).FirstBad.ShouldBe(new AuditFault(CheckpointFile.Name, 2, "has number 4 where 2 belongs: checkpoints were removed, or a line was inserted"));
        await rig.RunOnceAsync();
        rig.Logs.Count(4060).ShouldBe(1, "what was removed is told once");
    }

    [Theory, MemberData(nameof(Keys))]
    public async Task VerifyAsync_PublicKeyDamaged_IsAVerdict(string pem)
    {
        using var rig = await SignedAsync(1);
        await File.WriteAllTextAsync(Path.Combine(rig.Audit, AuditKey.PublicFile), pem, TestContext.Current.CancellationToken);
        var report = await rig.VerifyAsync();
        report.FirstBad.ShouldNotBeNull().File.ShouldBe(AuditKey.PublicFile);
        report.Evidence.ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Keys))]
    public async Task RunAsync_PrivateKeyDamaged_IsToldWithTheNextStep(string pem)
    {
        using var rig = await SignedAsync(1);
        await File.WriteAllTextAsync(Path.Combine(rig.Data, "keys", AuditKey.PrivateFile), pem, TestContext.Current.CancellationToken);
        (await rig.ProblemAsync()).ShouldContain("Put it back from a copy");
    }

    [Fact]
    public async Task VerifyAsync_AnyByteOfThePublicKeyChanged_IsTold()
    {
        using var rig = await SignedAsync(1);
        var path = Path.Combine(rig.Audit, AuditKey.PublicFile);
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= (byte)(1 << (i % 8));
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
            bytes[i] ^= (byte)(1 << (i % 8));
            (await rig.VerifyAsync()).FirstBad.ShouldNotBeNull($"byte {i}").File.ShouldBe(AuditKey.PublicFile);
        }
    }

    [Fact]
    public async Task VerifyAsync_KeyGiven_MustBeThatKeyAndHaveSigned()
    {
        using var rig = await SignedAsync(2);
        var key = (await rig.VerifyAsync()).Key!;
        var report = await rig.VerifyAsync(key: key.ToUpperInvariant());
        report.Ok.ShouldBeTrue();
        report.NotChecked.ShouldNotContain(part => part.StartsWith("The key"));

        var other = new string('0', 16);
        (await rig.VerifyAsync(key: other)).FirstBad.ShouldBe(new AuditFault(AuditKey.PublicFile, 0, $"is key {key}, not {other}, which was given"));
        File.Delete(rig.Checkpoints);
        (await rig.VerifyAsync(key: key)).FirstBad.ShouldBe(new AuditFault(CheckpointFile.Name, 0, $"has no checkpoint, and one that is signed with key {key} must be there"));
        await Should.ThrowAsync<ArgumentException>(() => rig.VerifyAsync(key: "abc"));
    }

    [Fact]
    public async Task VerifyAsync_CheckpointsOfAnOlderVersion_StayValidAndAreCounted()
    {
        using var rig = await SignedAsync(4);
        using (var key = AuditKey.Open(Path.Combine(rig.Data, "keys"), rig.Audit))
        {
            var old = File.ReadAllLines(rig.Checkpoints)[..3].Select(line => Unnumbered(line, key)).ToArray();
            Write(rig, old);
            rig.Facts.Head = rig.Facts.Head! with { Checkpoint = null };
            var report = await rig.VerifyAsync(journalHead: rig.Facts.Head);
            report.FirstBad.ShouldBeNull();
            report.NotChecked.ShouldContain("Checkpoints removed from the end: the journal remembers none.");
            report.NotChecked.ShouldContain(part => part.Contains("one of the first 3 checkpoints"));
        }

        rig.Facts.Add(AuditFacts.Some(5, 5));
        await rig.RunOnceAsync();
        var lines = File.ReadAllLines(rig.Checkpoints);
        lines[^1].ShouldContain("\"number\":4");
        (await rig.VerifyAsync()).FirstBad.ShouldBeNull();
        Write(rig, lines.Where((_, at) => at != 1));
        (await rig.VerifyAsync()).FirstBad.ShouldBe(new AuditFault(CheckpointFile.Name, 3, "has number 4 where 3 belongs: checkpoints were removed, or a line was inserted"));
        Write(rig, [.. lines, lines[0]]);
        (await rig.VerifyAsync()).FirstBad.ShouldBe(new AuditFault(CheckpointFile.Name, 5, "has no number, though the checkpoint before it has one"));
    }

    private static string Unnumbered(string line, AuditKey key)
    {
        var body = line[..line.IndexOf("\"number\"", StringComparison.Ordinal)] + line[line.IndexOf("\"file\"", StringComparison.Ordinal)..line.IndexOf(",\"signature\"", StringComparison.Ordinal)] + "}";
        return $"{body[..^1]},\"signature\":\"{key.Sign(Encoding.UTF8.GetBytes(body))}\"}}";
    }

    internal static async Task<AuditRig> SignedAsync(int checkpoints)
    {
        var rig = new AuditRig();
        for (var i = 1; i <= checkpoints; i++)
        {
            rig.Facts.Add(AuditFacts.Some(i, i));
            await rig.RunOnceAsync();
        }

        return rig;
    }

    internal static void Write(AuditRig rig, IEnumerable<string> checkpoints) => File.WriteAllText(rig.Checkpoints, string.Concat(checkpoints.Select(line => line + "\n")));

    private static string Pem(byte[] der) => $"-----BEGIN PUBLIC KEY-----\n{Convert.ToBase64String(der)}\n-----END PUBLIC KEY-----\n";

    private static byte[] Spki(string algorithm = "06072a8648ce3d0201", string curve = "06082a8648ce3d030107", byte point = 0x04)
    {
        var ids = Convert.FromHexString(algorithm + curve);
        byte[] key = [0x03, 66, 0x00, point, .. Enumerable.Repeat((byte)7, 64)];
        byte[] head = [0x30, (byte)ids.Length, .. ids];
        return [0x30, (byte)(head.Length + key.Length), .. head, .. key];
    }

    private static byte[] RsaKey()
    {
        using var key = RSA.Create(2048);
        return key.ExportSubjectPublicKeyInfo();
    }

    private static byte[] OtherCurve()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        return key.ExportSubjectPublicKeyInfo();
    }
}
