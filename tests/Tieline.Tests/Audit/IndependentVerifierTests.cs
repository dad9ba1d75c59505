using System.Text.Json.Nodes;
using Tieline.Audit;
using Tieline.TestKit;

namespace Tieline.Tests.Audit;

/// <summary>Two verifiers that share only the format's document: they say the same of a log, and of 200 things done to it.</summary>
public sealed class IndependentVerifierTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Both_say_the_same_of_a_log_and_of_200_mutations()
    {
        using var rig = await WrittenAsync();
        var original = Directory.GetFiles(rig.Audit).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);
        List<(string Kind, string Directory)> damaged = [("nothing", Put("whole", original))];
        foreach (var (name, count, change) in AuditMutations.Kinds)
        {
            for (var i = 0; i < count; i++)
            {
                Dictionary<string, byte[]> files = new(original);
                change(files, new Random(1_000 + damaged.Count));
                if (Same(files, original))
                    throw new InvalidOperationException($"Mutation {damaged.Count} ({name}) changed nothing.");
                damaged.Add((name, Put($"{damaged.Count}", files)));
            }
        }

        damaged.Count.ShouldBe(201);
        await CompareAsync(rig, damaged, withJournal: false, unnoticed: [AuditMutations.CheckpointsCut, AuditMutations.RewrittenUnsigned]);
        await CompareAsync(rig, damaged, withJournal: true, unnoticed: []);
    }

    [Fact]
    public async Task Both_say_the_same_of_a_given_key_and_head()
    {
        using var rig = await WrittenAsync();
        var report = await rig.VerifyAsync();
        foreach (var (key, head, ok) in new[] { (report.Key!, report.Head, true), (new string('0', 16), report.Head, false), (report.Key!, new string('0', 64), false) })
        {
            (await rig.VerifyAsync(head: head, key: key)).Ok.ShouldBe(ok);
            var found = await IndependentVerifier.RunAsync([rig.Audit], ["--key", key, "--head", head], TestContext.Current.CancellationToken);
            Assert.SkipWhen(found is null, "there is no node here");
            found.ShouldHaveSingleItem().Ok.ShouldBe(ok, found[0].Reason);
        }
    }

    private async Task CompareAsync(AuditRig rig, List<(string Kind, string Directory)> damaged, bool withJournal, string[] unnoticed)
    {
        var (head, newest) = (rig.Facts.Head!, rig.Facts.NewestFact);
        var journal = _directory.FileNamed("journal.json");
        await File.WriteAllTextAsync(
            journal,
            new JsonObject { ["fact"] = head.Fact, ["hash"] = head.Hash, ["newest"] = newest, ["checkpoint"] = head.Checkpoint!.Number, ["checkpointHash"] = head.Checkpoint.Hash }.ToJsonString(),
            TestContext.Current.CancellationToken);
        var found = await IndependentVerifier.RunAsync(damaged.Select(one => one.Directory), withJournal ? ["--journal", journal] : [], TestContext.Current.CancellationToken);
        Assert.SkipWhen(found is null, "there is no node here");
        found.Count.ShouldBe(damaged.Count);
        for (var i = 0; i < damaged.Count; i++)
        {
            var report = await AuditVerifier.VerifyAsync(damaged[i].Directory, null, null, withJournal ? head : null, withJournal ? () => newest : null, null, TestContext.Current.CancellationToken);
            var what = $"{i}: {damaged[i].Kind}; journal {withJournal}; Tieline: {report.FirstBad}; the other: {found[i]}";
            (found[i].Ok, found[i].File, found[i].Line, found[i].Lines, found[i].Head).ShouldBe((report.Ok, report.FirstBad?.File, report.FirstBad?.Line ?? 0, report.Lines, report.Head), what);
            if (!unnoticed.Contains(damaged[i].Kind))
                report.Ok.ShouldBe(i == 0, what);
        }
    }

    /// <summary>Several files, stops, and a torn line that was repaired.</summary>
    private static async Task<AuditRig> WrittenAsync()
    {
        var rig = new AuditRig();
        rig.Options.MaxFileBytes = 6_000;
        for (var i = 0; i < 8; i++)
        {
            rig.Facts.Add(AuditFacts.Some((i * 9) + 1, (i * 9) + 9, AuditFacts.Noon.AddHours(4 * i)));
            if (i == 5)
                await File.AppendAllTextAsync(rig.Files[^1], "{\"timestamp\":\"2026", TestContext.Current.CancellationToken);
            await rig.RunOnceAsync();
        }

        rig.Files.Length.ShouldBeGreaterThan(4);
        return rig;
    }

    private string Put(string name, Dictionary<string, byte[]> files)
    {
        var directory = Directory.CreateDirectory(_directory.FileNamed(name)).FullName;
        foreach (var (file, bytes) in files)
            File.WriteAllBytes(Path.Combine(directory, file), bytes);
        return directory;
    }

    private static bool Same(Dictionary<string, byte[]> files, Dictionary<string, byte[]> original) =>
        files.Count == original.Count && files.All(file => original.TryGetValue(file.Key, out var bytes) && bytes.AsSpan().SequenceEqual(file.Value));
}
