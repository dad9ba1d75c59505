using Microsoft.Extensions.Logging.Abstractions;
using Tieline.Audit;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Tests.Audit;

/// <summary>Figures, not a test: <c>dotnet test -c Release --project test/Tieline.Tests --filter-class Tieline.Tests.Audit.AuditSpeed --explicit only --output Detailed</c></summary>
public sealed class AuditSpeed(ITestOutputHelper output)
{
    private const int Lines = 1_000_000;

    [Fact(Explicit = true)]
    public async Task Lines_a_second_of_projection_and_verifier()
    {
        var data = Directory.CreateTempSubdirectory("tieline-audit-").FullName;
        var audit = Path.Combine(data, "audit");
        var facts = new ListedFacts();
        facts.Add(Enumerable.Range(1, Lines).Select(Accepted));
        using var metrics = new TielineMetrics();
        var time = TimeProvider.System;
        using var stopping = new CancellationTokenSource();

        var began = time.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        var running = new AuditProjection(data, facts, new AuditOptions(), metrics, time, NullLogger<AuditProjection>.Instance).RunAsync(stopping.Token, CancellationToken.None);
        await facts.Waiting;
        var wrote = time.GetElapsedTime(began);
        var wroteCpu = Environment.CpuUsage.TotalTime - cpu;
        await stopping.CancelAsync();
        await running;
        var bytes = Directory.EnumerateFiles(audit).Sum(file => new FileInfo(file).Length);

        began = time.GetTimestamp();
        cpu = Environment.CpuUsage.TotalTime;
        var report = await AuditVerifier.VerifyAsync(audit, null, null, facts.Head, () => Lines, null, CancellationToken.None);
        var verified = time.GetElapsedTime(began);
        var verifiedCpu = Environment.CpuUsage.TotalTime - cpu;
        began = time.GetTimestamp();
        AuditTail.Read(audit, facts.Head);
        var resumed = time.GetElapsedTime(began);
        Directory.Delete(data, recursive: true);

        report.FirstBad.ShouldBeNull();
        report.Lines.ShouldBe(Lines);
        output.WriteLine($"{Lines:N0} lines, {bytes / 1e6:N0} MB, {report.Files} files, {report.Checkpoints} checkpoints");
        output.WriteLine($"projection {Lines / wrote.TotalSeconds:N0} lines/s, verifier {Lines / verified.TotalSeconds:N0} lines/s, resume {resumed.TotalSeconds:F2} s");
        output.WriteLine($"by CPU time: projection {Lines / wroteCpu.TotalSeconds:N0} lines/s, verifier {Lines / verifiedCpu.TotalSeconds:N0} lines/s");
    }

    private static AuditFact Accepted(int number)
    {
        var id = new EventId(new UInt128((ulong)number * 0x9e3779b97f4a7c15, (ulong)number));
        return new AuditFact(
            number, AuditFacts.Noon.AddMilliseconds(number), number, $"8b1f1e0a-0000-4000-8000-{number:x12}", "conversation.state", (ulong)number * 0x9e3779b97f4a7c15, id, "accepted", null, null);
    }
}
