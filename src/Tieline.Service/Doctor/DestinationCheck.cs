namespace Tieline.Service.Doctor;

/// <summary>Whether each CRM answers, to a request without a body that means nothing. No event is sent.</summary>
internal sealed class DestinationCheck(HostProbe probe, IReadOnlyList<Target> destinations) : ICheck
{
    private const string Check = "destination";

    public string Name => Check;

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        var answers = await probe.AskAsync(cancellation);
        return [.. destinations.Select(target => Judge(target, answers[target]))];
    }

    /// <summary>Pure.</summary>
    internal static Finding Judge(Target target, ProbeAnswer answer) => answer.Status switch
    {
        null => new Finding(
            Check, target.UsedFor, Verdict.Fail, $"{target.Authority} gave no answer ({answer.Certificate?.Problem ?? answer.Problem}){Through(target)}", "Check that the CRM runs, its Url, and what lies between; events wait on disk until it answers."),
        401 or 403 => Doubtful(target, answer, "If it is meant for POST too, check the Headers of this destination: such an answer to an event pauses it."),
        404 or 410 => Doubtful(target, answer, "Many receivers know nothing but POST; if not, check the Url: such an answer to an event pauses the destination."),
        429 or >= 500 => Doubtful(target, answer, "The CRM is there and in trouble; events wait on disk until it takes them."),
        >= 300 and < 400 => Doubtful(target, answer, "It sends callers elsewhere, and redirects are not followed: give the final address as Url."),
        _ => new Finding(Check, target.UsedFor, Verdict.Pass, Describe(target, answer)),
    };

    private static Finding Doubtful(Target target, ProbeAnswer answer, string advice) => new(Check, target.UsedFor, Verdict.Warn, Describe(target, answer), advice);

    private static string Describe(Target target, ProbeAnswer answer) => $"{target.Authority} answered {answer.Status} to {target.Method} in {answer.Took.TotalMilliseconds:F0} ms{Through(target)}";

    private static string Through(Target target) => target.Proxy is { } proxy ? $", through the proxy {proxy}" : "";
}
