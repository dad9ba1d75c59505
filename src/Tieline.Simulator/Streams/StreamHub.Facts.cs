using Tieline.Simulator.Details;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Streams;

/// <summary>The passing events of all conversations that are told, whoever listens: what everybody who pieces them together must come to.</summary>
internal sealed partial class StreamHub
{
    private readonly Ledger _facts = new();

    /// <summary>In the order in which they became known.</summary>
    public IEnumerable<LedgerLine> Facts() => Lines(() => _facts, from: 0);

    /// <summary>Called by whoever sent a notification, when a socket took it.</summary>
    /// <param name="fact">The line of the event; -1: it has none.</param>
    public void OnNotified(int fact)
    {
        if (fact >= 0)
        {
            lock (_gate)
            {
                _facts.MarkWritten(fact, _time.GetUtcNow());
            }
        }
        _room.Set();
        Changed.Set();
    }

    /// <summary>The first listener of either API: the world starts.</summary>
    public void StartWorld()
    {
        lock (_gate)
        {
            if (!_started)
            {
                _started = true;
                Apply(_rate, _passing);
            }
            else
            {
                SwitchHistory(_rate);
            }
        }
        _room.Set();
        Changed.Set();
    }

    /// <summary>Whether anybody listens or ever did, and so whether there are events.</summary>
    private bool HasAudience => _streams.Count > 0 || _channels.HasTopics;

    /// <summary>Takes what happened to the channels, and into the facts.</summary>
    /// <returns>Whether the event is one that somebody subscribes.</returns>
    private bool Tell(in MadeEvent made, bool isStreamed)
    {
        if (History.Note(made) is not { } past)
        {
            return isStreamed;
        }
        var concerns = _notifier.Concerns(past, made);
        if (concerns || isStreamed)
        {
            var isFirst = History.Tell(past, made.Milliseconds);
            var fact = _ledger ? AddFacts(past, made, isFirst) : -1;
            _notifier.Tell(past, made, fact);
        }
        return concerns || isStreamed;
    }

    /// <summary>Of a conversation that nobody had anything of before, all that had happened to it is a fact now.</summary>
    private int AddFacts(PastConversation past, in MadeEvent made, bool all)
    {
        var line = -1;
        if (all)
        {
            var ended = new HashSet<EventKind>();
            foreach (ref readonly var fact in past.Until(made.Milliseconds))
            {
                line = AddFact(fact.Kind, past.Id, past.TimeOf(fact), fact.Kind is EventKind.Completed or EventKind.Abandoned && !ended.Add(fact.Kind));
            }
            return line;
        }
        return AddFact(made.Kind, past.Id, made.Milliseconds, made.Conversation.EndsAgain);
    }

    private int AddFact(EventKind kind, Guid conversation, long milliseconds, bool endsAgain) =>
        EventKinds.Of(kind).Passes ? _facts.Add(0, kind, conversation, milliseconds, endsAgain) : -1;
}
