using Tieline.Service.Configuration;
using Tieline.Service.Hosting;

namespace Tieline.Service.Doctor;

/// <summary>What the operating system lets a process have: of this one, so of a service only where the doctor runs as that does.</summary>
internal sealed class LimitsCheck(TielineOptions options, Func<ProcessLimits> read) : ICheck
{
    public string Name => "limits";

    public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        var limits = read();
        IReadOnlyList<Finding> findings = [.. limits.Judge(options).Select(problem => new Finding(Name, null, problem.IsFatal ? Verdict.Fail : Verdict.Warn, problem.Seen, problem.Advice))];
        return Task.FromResult(findings.Count > 0 ? findings
            : [new Finding(Name, null, Verdict.Pass, $"{(limits.OpenFiles is { } files ? $"{files}" : "any number of")} files and sockets at once, {ProcessLimits.FilesFor(options)} needed")]);
    }
}
