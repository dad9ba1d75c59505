using System.Text;
using Tieline.Service.Doctor;
using static Tieline.Service.Conform.ReceiverCheck;

namespace Tieline.Service.Conform;

/// <summary>That the receiver takes every event that Tieline may send, in whatever order and however often.</summary>
internal static class EventChecks
{
    public static IEnumerable<ICheck> Of(Receiver receiver, TestEvents events)
    {
        yield return new ReceiverCheck("accepts", receiver, async cancellation =>
        {
            var answer = await receiver.SendAsync(events.Create("completed", TimeSpan.Zero), cancellation);
            receiver.Accepts = answer.IsAccepted;
            return Taken("accepts", receiver.IsSigned ? "an event, rightly signed" : "an event", answer, "Answer 2xx once it is stored.");
        })
        { NeedsAcceptance = false };
        yield return Check("duplicate", async cancellation =>
            Taken("duplicate", "the same event again", await receiver.SendAsync(events.Create("completed", TimeSpan.Zero), cancellation), "Answer a copy (same webhook-id) as the first, 200, or 409, and change nothing."));
        yield return Check("duplicate-at-once", async cancellation =>
        {
            var entry = events.Create("transfer", TimeSpan.FromSeconds(1));
            var answers = await Task.WhenAll(receiver.SendAsync(entry, cancellation), receiver.SendAsync(entry, cancellation));
            return Taken("duplicate-at-once", "two copies at once", answers.FirstOrDefault(answer => !answer.IsAccepted) ?? answers[0], "Let a unique index on webhook-id decide, and take its violation for a copy.");
        });
        yield return Check("late", async cancellation =>
            Taken("late", "an older event of the same conversation, fetched for a gap", await receiver.SendAsync(events.Late("transfer", TimeSpan.FromMinutes(20)), cancellation), "Accept it; what it says is the past: the newest timestamp wins."));
        yield return Check("sparse", async cancellation =>
            Taken("sparse", "no state, no participants", await receiver.SendAsync(events.Sparse(TimeSpan.FromMinutes(1)), cancellation), "Both may be missing: accept it."));
        yield return Check("big", async cancellation =>
        {
            var entry = events.Big("completed", TimeSpan.FromMinutes(2));
            return Taken("big", $"a body of {receiver.Body(entry).Length / 1024} KiB", await receiver.SendAsync(entry, cancellation), "Tieline sends up to 256 KiB: allow it, in what stands before the receiver too.");
        });
        yield return Check("unknown-member", async cancellation => await UnknownMemberAsync(receiver, events, cancellation));

        ReceiverCheck Check(string name, Func<CancellationToken, Task<Finding>> look) => new(name, receiver, look);
    }

    private static async Task<Finding> UnknownMemberAsync(Receiver receiver, TestEvents events, CancellationToken cancellation)
    {
        if (!receiver.IsObject)
            return new Finding("unknown-member", null, Verdict.Skip, "a template or a batch says what is in it");
        var entry = events.Create("completed", TimeSpan.FromMinutes(3));
        var body = Encoding.UTF8.GetString(receiver.Body(entry));
        var finding = Taken("unknown-member", "a member that it does not know", await receiver.SendAsync(entry, Encoding.UTF8.GetBytes($"{body[..^1]},\"conformx\":1}}"), cancellation), "Pass over what you do not know: a later version may add some.");
        return finding.Verdict == Verdict.Fail ? finding with { Verdict = Verdict.Warn } : finding;
    }
}
