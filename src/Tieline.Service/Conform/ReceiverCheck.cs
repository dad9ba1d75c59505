using Tieline.Service.Doctor;

namespace Tieline.Service.Conform;

/// <summary>One thing that a receiver should do. What comes after the first acceptance tells nothing without it, and is left out then.</summary>
internal sealed class ReceiverCheck(string name, Receiver receiver, Func<CancellationToken, Task<Finding>> look) : ICheck
{
    public string Name => name;

    public bool NeedsAcceptance { get; init; } = true;

    public bool NeedsSignature { get; init; }

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation) =>
    [
        NeedsSignature && !receiver.IsSigned ? new Finding(name, null, Verdict.Skip, "no secret was given", "Give the secret that it verifies with (--secret-file).")
        : NeedsAcceptance && !receiver.Accepts ? new Finding(name, null, Verdict.Skip, "it has accepted nothing")
        : await look(cancellation),
    ];

    /// <summary>It should have been taken.</summary>
    public static Finding Taken(string name, string what, ReceiverAnswer answer, string advice) => answer.IsAccepted
        ? new Finding(name, null, Verdict.Pass, $"{what}: {answer}")
        : new Finding(name, null, Verdict.Fail, $"{what}: {answer}", $"{advice} {answer.Consequence}");

    /// <summary>It should have been refused, and not as if the event were at fault.</summary>
    public static Finding Refused(string name, string what, ReceiverAnswer answer) => answer switch
    {
        { IsAccepted: true } => new Finding(name, null, Verdict.Fail, $"{what}: {answer}", "Refuse it with 401: as it is, whoever knows the URL can post events."),
        { Status: 401 or 403 } => new Finding(name, null, Verdict.Pass, $"{what}: {answer}"),
        { Status: 400 or 413 or 415 or 422 } => new Finding(name, null, Verdict.Warn, $"{what}: {answer}", "Answer 401: after this one, every event becomes a dead letter while the two secrets differ."),
        _ => new Finding(name, null, Verdict.Warn, $"{what}: {answer}", "Answer 401: Tieline then pauses, says why, and burns no event."),
    };
}
