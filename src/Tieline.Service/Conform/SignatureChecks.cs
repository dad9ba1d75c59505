using Tieline.Service.Doctor;
using static Tieline.Service.Conform.ReceiverCheck;

namespace Tieline.Service.Conform;

/// <summary>That the receiver takes what is signed rightly, and nothing else.</summary>
internal static class SignatureChecks
{
    private const string Header = "webhook-signature";

    /// <summary>Twice what the standard allows.</summary>
    private static readonly TimeSpan _stale = TimeSpan.FromMinutes(10);

    public static IEnumerable<ICheck> Of(Receiver receiver, TestEvents events)
    {
        yield return Check("signature-wrong", async cancellation =>
        {
            var entry = events.Create("completed", TimeSpan.FromMinutes(31));
            var body = receiver.Body(entry);
            var forged = receiver.ForgedSignature(entry, body);
            return Refused("signature-wrong", "signed with another secret", await receiver.SendAsync(entry, body, cancellation, change: request => Sign(request, forged)));
        });
        yield return Check("signature-missing", async cancellation =>
        {
            var entry = events.Create("completed", TimeSpan.FromMinutes(32));
            return Refused("signature-missing", "not signed", await receiver.SendAsync(entry, receiver.Body(entry), cancellation, change: request => request.Headers.Remove(Header)));
        });
        yield return Check("body-changed", async cancellation =>
        {
            var (signed, sent) = (events.Create("completed", TimeSpan.FromMinutes(33)), events.Create("abandoned", TimeSpan.FromMinutes(34)));
            var answer = await receiver.SendAsync(signed, receiver.Body(signed), cancellation, change: request =>
            {
                var type = request.Content!.Headers.ContentType;
                request.Content = new ByteArrayContent(receiver.Body(sent)) { Headers = { ContentType = type } };
            });
            return Refused("body-changed", "signed for another body", answer);
        });
        yield return Check("timestamp-stale", async cancellation =>
        {
            var entry = events.Create("completed", TimeSpan.FromMinutes(35));
            var answer = await receiver.SendAsync(entry, receiver.Body(entry), cancellation, _stale);
            var finding = Refused("timestamp-stale", $"signed {_stale.TotalMinutes} minutes ago", answer);
            return answer.IsAccepted ? finding with { Advice = "Refuse with 401 what is more than 5 minutes from your clock: it may be someone's recording." } : finding;
        });
        yield return Check("rotation", async cancellation =>
        {
            var entry = events.Create("completed", TimeSpan.FromMinutes(36));
            var body = receiver.Body(entry);
            var other = receiver.ForgedSignature(entry, body);
            var answer = await receiver.SendAsync(entry, body, cancellation, change: request => Sign(request, $"{other} {request.Headers.NonValidated[Header]}"));
            return Taken("rotation", "two signatures, the second one right", answer, "Split the header at spaces and accept when one of them fits: while a secret is replaced there are two.");
        });

        ReceiverCheck Check(string name, Func<CancellationToken, Task<Finding>> look) => new(name, receiver, look) { NeedsSignature = true };
    }

    private static void Sign(HttpRequestMessage request, string signature)
    {
        request.Headers.Remove(Header);
        request.Headers.TryAddWithoutValidation(Header, signature);
    }
}
