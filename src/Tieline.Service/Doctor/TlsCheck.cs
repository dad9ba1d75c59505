using Tieline.Delivery;

namespace Tieline.Service.Doctor;

/// <summary>Whether each host can be reached and is who it says, and for how long its certificate still holds.</summary>
internal sealed class TlsCheck(HostProbe probe, TimeProvider time) : ICheck
{
    private const string Check = "tls";

    public string Name => Check;

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        var answers = await probe.AskAsync(cancellation);
        return [.. probe.Targets.DistinctBy(target => (target.Authority.ToUpperInvariant(), target.Destination?.Tls.CaFile, target.Destination?.Tls.ClientCertificateFile, target.Proxy)).Select(target => Judge(target, answers[target], time.GetUtcNow()))];
    }

    /// <summary>Pure.</summary>
    internal static Finding Judge(Target target, ProbeAnswer answer, DateTimeOffset now) => answer.Certificate switch
    {
        _ when target.IsPlain => new Finding(Check, target.Authority, Verdict.Skip, $"plain http to loopback{Through(target)}"),
        null when answer.Problem == HostProbe.Unresolved => new Finding(Check, target.Authority, Verdict.Skip, "not reached: its name cannot be resolved"),
        null when target.IsDestination => new Finding(Check, target.Authority, Verdict.Skip, "not reached: see the destination"),
        null => new Finding(
            Check, target.Authority, Verdict.Fail, $"cannot be reached ({answer.Problem ?? "no handshake"}){Through(target)}", target.Proxy is { } proxy
                ? $"Check that the proxy {proxy} is there, takes its user and password, and lets requests to {target.Authority} pass; it is needed for {target.UsedFor}."
                : $"Open {target.Authority} outbound in the firewall, or name a proxy in {(target.IsDestination ? "this destination's Proxy:Url" : "Genesys:Proxy:Url")} or HTTPS_PROXY; it is needed for {target.UsedFor}."),
        { Problem: { } problem } seen => new Finding(
            Check, target.Authority, Verdict.Fail, $"its certificate is not trusted ({problem}); issued by {seen.Issuer}, valid until {seen.NotAfter:yyyy-MM-dd}{Through(target)}", Advice(problem, target)),
        { } seen when seen.NotAfter - now < DestinationLifetimes.Soon => new Finding(
            Check, target.Authority, Verdict.Warn, Describe(seen, target, now), $"Have the certificate of {target.Authority} renewed; once it has ended, nothing gets there."),
        { } seen => new Finding(Check, target.Authority, Verdict.Pass, Describe(seen, target, now)),
    };

    private static string Describe(SeenCertificate seen, Target target, DateTimeOffset now) =>
        $"{seen.Protocol}, certificate until {seen.NotAfter:yyyy-MM-dd} ({(seen.NotAfter - now).TotalDays:F0} days), issued by {seen.Issuer}{Through(target)}";

    private static string Advice(string problem, Target target) => problem switch
    {
        _ when problem.Contains("NotTimeValid", StringComparison.Ordinal) => "It has ended, or this machine's clock is wrong; have it renewed.",
        _ when problem.Contains("another name", StringComparison.Ordinal) => $"Check the address of {target.UsedFor}: another server answers there.",
        _ => $"If the issuer is your own (a proxy that inspects TLS, an internal CA), {(target.IsDestination ? "name its certificate in this destination's Tls:CaFile, or " : "")}add its certificate to this machine's trust store (update-ca-certificates, or SSL_CERT_FILE).",
    };

    private static string Through(Target target) => target.Proxy is { } proxy ? $", through the proxy {proxy}" : "";
}
