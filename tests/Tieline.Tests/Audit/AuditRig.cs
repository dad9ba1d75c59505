using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Tieline.Audit;
using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Tests.Audit;

/// <summary>A projection between facts in memory and a directory of its own.</summary>
internal sealed class AuditRig : IDisposable
{
    private readonly TielineMetrics _metrics = new();

    public ListedFacts Facts { get; init; } = new();

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public KeptLog<AuditProjection> Logs { get; } = new();

    public AuditOptions Options { get; } = new();

    public Func<string, FileMode, FileStream>? Opener { get; set; }

    public string Data { get; } = Directory.CreateTempSubdirectory("tieline-audit-").FullName;

    public string Audit => Path.Combine(Data, "audit");

    public string Checkpoints => Path.Combine(Audit, CheckpointFile.Name);

    public string[] Files => [.. AuditFileName.List(Audit).Select(name => Path.Combine(Audit, name.ToString()))];

    public string[] Lines => [.. Files.SelectMany(file => File.ReadAllText(file, Encoding.UTF8).Split('\n')[..^1])];

    public static AuditRig With(int facts)
    {
        var rig = new AuditRig();
        rig.Facts.Add(AuditFacts.Some(1, facts));
        return rig;
    }

    public AuditProjection Projection() => new(Data, Facts, Options, _metrics, Clock, Logs, Opener);

    /// <summary>One start and stop: writes all the facts there are.</summary>
    public Task RunOnceAsync() => Projection().RunAsync(new CancellationToken(canceled: true), CancellationToken.None);

    /// <summary>One start and stop that cannot write the log: what is said of it.</summary>
    public async Task<string> ProblemAsync()
    {
        var projection = Projection();
        await projection.RunAsync(new CancellationToken(canceled: true), CancellationToken.None);
        return projection.Problem.ShouldNotBeNull();
    }

    public Task<AuditReport> VerifyAsync(string? head = null, AuditHead? journalHead = null, Func<long>? newestFact = null, string? key = null) =>
        AuditVerifier.VerifyAsync(Audit, head, key, journalHead, newestFact, progress: null, CancellationToken.None);

    /// <summary>Every fact stands in the log, once, in order.</summary>
    public void ShouldHoldEachFactOnce() =>
        Lines.Select(line => AuditEntry.Read(Encoding.UTF8.GetBytes(line))).Where(entry => entry.Action != AuditActions.LogRepaired).Select(entry => entry.Fact)
            .ShouldBe(Facts.All.Select(fact => fact.Number));

    public void ShouldHaveLoggedNothingBad() => Logs.Entries.ShouldNotContain(entry => entry.Level >= LogLevel.Error);

    public void Dispose()
    {
        _metrics.Dispose();
        Directory.Delete(Data, recursive: true);
    }
}
