using System.Net;
using Tieline.Service.Doctor;
using static Tieline.Service.Conform.ReceiverCheck;

namespace Tieline.Service.Conform;

/// <summary>That the receiver is good at HTTP, and quick.</summary>
internal static class HttpChecks
{
    /// <summary>Tieline's default <c>Timeout</c>.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    /// <summary>Beyond this there is little left for a bad day. The slow body's own pause is in it.</summary>
    private static readonly TimeSpan _comfortable = TimeSpan.FromSeconds(2.5);

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    public static IEnumerable<ICheck> Of(Receiver receiver, TestEvents events, TimeProvider time)
    {
        yield return Check("not-json", async cancellation => NotJson(await receiver.SendAsync(events.Create("completed", TimeSpan.FromMinutes(41)), "{\"conversationId\":"u8.ToArray(), cancellation)));
        yield return Check("slow-body", async cancellation =>
        {
            var entry = events.Create("completed", TimeSpan.FromMinutes(42));
            var answer = await receiver.SendAsync(entry, receiver.Body(entry), cancellation, change: request =>
            {
                var type = request.Content!.Headers.ContentType;
                request.Content = new SlowContent(receiver.Body(entry), _pause, time) { Headers = { ContentType = type } };
            });
            return Taken("slow-body", "a body in two parts, a second between them", answer, "Read the body to its Content-Length, however it comes.");
        });
        yield return Check("keeps-connections", _ => Task.FromResult(KeepsConnections(receiver)));
        yield return Check("answers-in-time", _ => Task.FromResult(InTime(receiver)));

        ReceiverCheck Check(string name, Func<CancellationToken, Task<Finding>> look) => new(name, receiver, look);
    }

    private static Finding NotJson(ReceiverAnswer answer) => answer switch
    {
        { Status: 400 or 415 or 422 } => new Finding("not-json", null, Verdict.Pass, $"a body that is cut off: {answer}"),
        { IsAccepted: true } => new Finding("not-json", null, Verdict.Warn, $"a body that is cut off: {answer}", "Answer 400 to what you cannot read: 2xx says that you have it."),
        _ => new Finding("not-json", null, Verdict.Warn, $"a body that is cut off: {answer}", $"Answer 400, with the reason in the body: it is kept with the dead letter. As it is: {answer.Consequence}"),
    };

    private static Finding KeepsConnections(Receiver receiver)
    {
        var answered = receiver.Answers.Count(answer => answer.Status is not null);
        var seen = $"{receiver.Connections} connections for {answered} requests";
        return receiver.Connections * 2 <= answered
            ? new Finding("keeps-connections", null, Verdict.Pass, seen)
            : new Finding("keeps-connections", null, Verdict.Warn, seen, "Let connections live (keep-alive, also after an error): a new one for each event costs both sides.");
    }

    private static Finding InTime(Receiver receiver)
    {
        var slowest = receiver.Answers.Max(answer => answer.Took);
        var seen = $"the slowest answer took {slowest.TotalMilliseconds:F0} ms";
        return slowest >= _limit ? new Finding("answers-in-time", null, Verdict.Fail, seen, "Store the event, answer, and do the rest afterwards: Tieline waits 5 s (Timeout), and then sends it again.")
            : slowest >= _comfortable ? new Finding("answers-in-time", null, Verdict.Warn, seen, "Store the event, answer, and do the rest afterwards: Tieline waits 5 s (Timeout).")
            : new Finding("answers-in-time", null, Verdict.Pass, seen);
    }

    /// <summary>Comes in two parts.</summary>
    private sealed class SlowContent(byte[] body, TimeSpan pause, TimeProvider time) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            var half = body.Length / 2;
            await stream.WriteAsync(body.AsMemory(0, half), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(pause, time, cancellationToken);
            await stream.WriteAsync(body.AsMemory(half), cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
