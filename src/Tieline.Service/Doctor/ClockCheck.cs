namespace Tieline.Service.Doctor;

/// <summary>This machine's clock against Genesys's: lag, latency and what a gap asks for are reckoned by it.</summary>
internal sealed class ClockCheck(HostProbe probe) : ICheck
{
    private const string Check = "clock";

    private static readonly TimeSpan _warn = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _fail = TimeSpan.FromSeconds(60);

    public string Name => Check;

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        var answers = await probe.AskAsync(cancellation);
        return [Judge(answers[probe.Targets[0]])];
    }

    /// <summary>Pure.</summary>
    internal static Finding Judge(ProbeAnswer answer)
    {
        if (answer.Date is not { } date)
            return new Finding(Check, null, Verdict.Skip, answer.Status is null ? "Genesys gave no answer to tell the time by" : "Genesys's answer has no Date");
        var skew = ClockSkew.Of(date, answer.SentAt, answer.ReceivedAt);
        var verdict = skew.Duration() > _fail ? Verdict.Fail : skew.Duration() > _warn ? Verdict.Warn : Verdict.Pass;
        var seen = skew == TimeSpan.Zero ? "agrees with Genesys's to the second" : $"{skew.Duration().TotalSeconds:F1} s {(skew > TimeSpan.Zero ? "behind" : "ahead of")} Genesys's";
        return new Finding(Check, null, verdict, seen, verdict == Verdict.Pass ? null : "Keep this machine's clock by NTP (timedatectl set-ntp true).");
    }
}
