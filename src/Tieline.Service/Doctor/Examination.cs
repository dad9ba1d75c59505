namespace Tieline.Service.Doctor;

/// <summary>Runs checks one after the other. None can hang it, and none that breaks hides the others.</summary>
internal sealed class Examination(IReadOnlyList<ICheck> checks, TimeProvider time)
{
    /// <summary>For one check; the longest by itself is the channel's, with several calls.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <param name="progress">Told the name of each check before it begins.</param>
    public async Task<ExaminationReport> RunAsync(Action<string> progress, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        foreach (var check in checks)
        {
            progress(check.Name);
            findings.AddRange(await RunAsync(check, cancellation));
        }

        return new ExaminationReport(findings);
    }

    private async Task<IReadOnlyList<Finding>> RunAsync(ICheck check, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            return await check.RunAsync(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return [new Finding(check.Name, null, Verdict.Fail, $"was not over after {_patience.TotalSeconds} s", "Try again; a firewall that swallows packets looks like this.")];
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // No text of it: nobody knows what an unexpected one holds.
            return [new Finding(check.Name, null, Verdict.Fail, $"broke off unexpectedly ({e.GetType().Name})", "This is a mistake in Tieline: please report it.")];
        }
    }
}
