using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Tests.Derivation;
using static Tieline.Tests.Pipeline.BackfillRig;

namespace Tieline.Tests.Pipeline;

/// <summary>What is done to the stream, the process and the API, one after the other.</summary>
internal enum Doing
{
    /// <summary>So many seconds of the stream come as they are sent.</summary>
    Live,

    /// <summary>…are lost on the way.</summary>
    Lost,

    /// <summary>…are lost with the connection.</summary>
    Down,

    /// <summary>…are kept back: <see cref="Arrive"/>.</summary>
    Late,

    /// <summary>…come with a number, and cannot be read.</summary>
    Garbled,

    /// <summary>The oldest so many that were kept back come.</summary>
    Arrive,

    /// <summary>They come while the next question is answered.</summary>
    ArriveMeanwhile,

    /// <summary>One that came, so many back, comes again.</summary>
    Repeat,

    /// <summary>An orderly stop, and a start after so many seconds.</summary>
    Restart,

    /// <summary>A kill: so many seconds of the stream were only queued. Half as long nobody is there.</summary>
    Kill,

    /// <summary>As <see cref="Down"/>, and the numbers start again.</summary>
    Renumber,

    /// <summary>Somebody wants the last so many seconds fetched.</summary>
    Request,

    /// <summary>From now on records are so many times 8 s behind, those of every other conversation.</summary>
    Lag,

    /// <summary>The next so many questions are refused.</summary>
    Refuse,

    /// <summary>Of the next so many answers there is but a half.</summary>
    Halve,

    /// <summary>The next so many questions cannot be answered now: ask again in 7 s.</summary>
    Busy,
}

internal readonly record struct Step(Doing What, int By)
{
    public override string ToString() => $"{What} {By}";
}

/// <summary>What happened in one conversation. Seconds after 9:00.</summary>
/// <param name="Start">It waits in a queue a second later.</param>
/// <param name="Waits">Seconds in each queue.</param>
/// <param name="Talks">Seconds with each agent.</param>
/// <param name="Skew">Milliseconds by which the stream dates it later than the record.</param>
internal sealed record Talk(int Start, int Waits, int Talks, bool IsTransferred, bool IsAbandoned, int Skew)
{
    public string Id { get; init; } = "";

    private decimal Answered => Start + 1 + Waits;

    private decimal Transferred => Answered + Talks;

    private decimal Queued2 => Transferred + 0.05m;

    private decimal LastQueue => IsTransferred ? Queued2 : Start + 1;

    private decimal End => LastQueue + Waits + (IsAbandoned ? 0 : Talks);

    /// <summary>By the record's times.</summary>
    public IReadOnlyList<(string Type, string State, string? Queue, decimal At)> Sent()
    {
        var sent = new List<(string, string, string?, decimal)> { (EventKinds.RoutingQueue, EventKinds.Queued, "q1", Start + 1) };
        if (IsTransferred || !IsAbandoned)
            sent.Add((EventKinds.ConversationState, "active", null, Answered));
        if (IsTransferred)
        {
            sent.Add((EventKinds.ConversationState, EventKinds.Transfer, "q1", Transferred));
            sent.Add((EventKinds.RoutingQueue, EventKinds.Queued, "q2", Queued2));
        }

        sent.Add((EventKinds.ConversationState, IsAbandoned ? EventKinds.Abandoned : EventKinds.Completed, null, End));
        return sent;
    }

    /// <summary>Its record as of this second; null before there is one.</summary>
    public string? RecordAt(decimal now)
    {
        if (now < Start)
            return null;
        var lines = new List<string> { $"customer voice | interact {Start}-{Until(End, now)}{(now >= End ? " endpoint" : "")}" };
        if (IsTransferred)
        {
            Queue(lines, "q1", Start + 1, Answered, isAbandoned: false, now);
            Agent(lines, "q1", Answered, Transferred, "transfer", now);
        }

        var queue = IsTransferred ? "q2" : "q1";
        Queue(lines, queue, LastQueue, LastQueue + Waits, IsAbandoned, now);
        if (!IsAbandoned)
            Agent(lines, queue, LastQueue + Waits, End, "peer", now);
        if (now >= End)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"ends {End}"));
        var record = JsonNode.Parse(RecordText.Json(string.Join('\n', lines)).GetRawText())!;
        record["conversationId"] = Id;
        record["conversationStart"] = EventTime.ToText(At(Start));
        return record.ToJsonString();
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Id}+{Skew}ms: {string.Join(", ", Sent().Select(sent => $"{sent.State}@{sent.At}"))}");

    private static void Queue(List<string> lines, string queue, decimal from, decimal to, bool isAbandoned, decimal now)
    {
        if (now >= from)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"acd voice {queue}{(isAbandoned && now >= to ? " tAbandon" : "")} | interact {from}-{Until(to, now)}{(now < to ? "" : isAbandoned ? " peer" : " transfer")}"));
    }

    private static void Agent(List<string> lines, string queue, decimal from, decimal to, string ends, decimal now)
    {
        if (now >= from)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"agent voice {queue} | interact {from}-{Until(to, now)}{(now < to ? "" : $" {ends}")}"));
    }

    private static string Until(decimal end, decimal now) => now < end ? "" : end.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One event as the stream sends it, and what became of it.</summary>
internal sealed class Sent(Talk talk, string type, string state, string? queue, decimal at)
{
    public string Conversation => talk.Id;

    public string Type => type;

    public string State => state;

    /// <summary>The record's time.</summary>
    public DateTimeOffset RecordedAt { get; } = BackfillRig.At((double)at);

    /// <summary>The stream's.</summary>
    public DateTimeOffset OccurredAt { get; } = BackfillRig.At((double)at).AddMilliseconds(talk.Skew);

    public long Sequence { get; set; }

    /// <summary>When it came, as far as the journal can know.</summary>
    public DateTimeOffset? CameAt { get; set; }

    /// <summary>It came when it was sent, and never out of its turn.</summary>
    public bool IsInTurn { get; set; }

    public bool IsGarbled { get; set; }

    /// <summary>When the next that came after it showed that it was missing.</summary>
    public DateTimeOffset? MissedAt { get; set; }

    public bool IsKept => state != "active";

    public byte[] Frame() => IsGarbled
        ? Encoding.UTF8.GetBytes($$"""{"sequence":{{Sequence}},"type":"{{type}}","state":"{{state}}","timestamp":"{{EventTime.ToText(OccurredAt)}}"}""")
        : Encoding.UTF8.GetBytes(
            $$"""{"sequence":{{Sequence}},"type":"{{type}}","state":"{{state}}","conversationId":"{{talk.Id}}","timestamp":"{{EventTime.ToText(OccurredAt)}}","mediaType":"voice"{{(queue is null ? "" : $",\"queueId\":\"{queue}\"")}}}""");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{talk.Id} {state}@{at} #{Sequence}");
}
