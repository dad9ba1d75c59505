using Tieline.Forwarding;
using Tieline.Service.Hosting;

namespace Tieline.Service.Doctor;

/// <summary>Whether the SIEM that audit lines are forwarded to can be reached, and acknowledges. No line is sent.</summary>
internal sealed class ForwardCheck(ForwardOptions options, TimeProvider time) : ICheck
{
    public string Name => "audit-forward";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        if (options.Target is not { } url)
            return [];
        var subject = $"{url.Scheme}://{url.Host}:{url.Port}";
        try
        {
            using var sink = ForwardSink.Create(options, ProgramVersion.Text, time);
            var started = time.GetTimestamp();
            await sink.ProbeAsync(cancellation);
            return [new Finding(Name, subject, Verdict.Pass, $"takes a connection and acknowledges, in {time.GetElapsedTime(started).TotalMilliseconds:F0} ms; no line was sent")];
        }
        catch (ForwardException e)
        {
            return [new Finding(Name, subject, Verdict.Fail, e.Message, "Check that the receiver runs, Audit:Forward:Url, its Tls, and what lies between (docs/audit-forwarding.md); audit lines wait in the log until it takes them.")];
        }
    }
}
