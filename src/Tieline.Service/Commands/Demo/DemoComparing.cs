namespace Tieline.Service.Commands.Demo;

/// <summary>After the end: each end's own records, the audit files, everything that was written.</summary>
internal sealed class DemoComparing(DemoSite site, DemoChildren children, CrmClient crm, Ledger ledger, DisturbanceLog disturbances, DemoEvidence evidence, bool byTime)
{
    public async Task<DemoSummary> SummarizeAsync(TimeSpan lasted, TimeSpan? firstEventAfter, double? p99Ms, IEnumerable<string> problems, CancellationToken cancellation)
    {
        var found = problems.ToList();
        var records = await crm.RecordsAsync(cancellation);
        if (await crm.StatsAsync(cancellation) is { Forgotten: > 0 } stats)
            found.Add($"the CRM receiver has forgotten its {stats.Forgotten:N0} oldest records: the demo ran for too long to compare");
        var comparison = Comparer.Compare(ledger, records, AuditGaps.Read(site.AuditDirectory, byTime), disturbances.All);

        if (site.IsKept || comparison.Differences.Count > 0)
            await NdJson.WriteAsync(site.LedgerFile, ledger.Rows, cancellation);

        // A second time: what it wrote while it stopped.
        evidence.SearchFiles(children.Tieline.Log.Path, isRunning: false);
        var (exitCode, output) = await children.RunTielineAsync(["audit", "verify", "--data", site.DataDirectory, "--json"], cancellation);
        return new DemoSummary(
            lasted, firstEventAfter, p99Ms, comparison, evidence.Hits, evidence.BytesSearched, evidence.IsProven, exitCode == ExitCode.Done, output, disturbances.All, found);
    }
}
