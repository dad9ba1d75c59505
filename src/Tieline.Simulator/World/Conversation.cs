using Tieline.Simulator.Details;

namespace Tieline.Simulator.World;

/// <summary>One conversation on its way: a plan of events that pass the default filter, and the noise still to come before the next.</summary>
/// <remarks>The plan is <c>routing.queue (transfer routing.queue)* completed</c>, <c>routing.queue abandoned</c>, or <c>completed</c> alone for a
/// direct call; that of <see cref="Courses"/> for what is out of the ordinary. What lies between is noise: states, talk, hold, an unknown type. So any share of passing events can be met.</remarks>
internal sealed class Conversation
{
    public Guid Id { get; set; }

    /// <summary>Which it is of all that were opened, from 1.</summary>
    public long Number { get; set; }

    /// <summary>What is remembered of it; null: nothing yet.</summary>
    public PastConversation? Past { get; set; }

    public MediaType Media { get; set; }

    public int Customer { get; set; }

    public int Agent { get; set; }

    public int Queue { get; set; }

    public bool HasAgent { get; set; }

    public Course Course { get; set; }

    /// <summary>The passing events that there will be, the end last: it alone for a direct call.</summary>
    public EventKind[] Plan { get; set; } = [];

    public int Step { get; set; }

    public int NoiseLeft { get; set; }

    public int NoiseDone { get; set; }

    public ConversationState State { get; set; }

    /// <summary>No two events of one conversation share a millisecond, so no two share an id.</summary>
    public long LastMilliseconds { get; set; }

    /// <summary>In which states it has ended so far.</summary>
    public bool WasCompleted { get; set; }

    /// <inheritdoc cref="WasCompleted"/>
    public bool WasAbandoned { get; set; }

    /// <summary>Whether its last event was an end in a state in which it had ended before.</summary>
    public bool EndsAgain { get; set; }

    public bool IsDirect => Plan.Length == 1;

    public bool AtLastStep => Step == Plan.Length - 1;

    public EventKind NextStep => Plan[Step];

    public bool BeforeQueue => NextStep == EventKind.RoutingQueue;

    private bool Abandons => NextStep == EventKind.Abandoned;

    public EventKind NextNoise(Dice dice)
    {
        if (BeforeQueue || Course == Course.Voicemail)   // nobody of flesh and blood takes that
        {
            return NoiseDone == 0 ? EventKind.Queued : EventKind.Unknown;
        }
        if (NoiseLeft == 0)   // more than planned was asked for
        {
            return State == ConversationState.Active ? TalkOrHold(dice) : EventKind.Unknown;
        }
        if (NoiseDone == 0)
        {
            return IsDirect ? EventKind.Active : EventKind.Waiting;
        }
        if (Abandons)
        {
            return dice.Chance(0.5) ? EventKind.Waiting : EventKind.Unknown;
        }
        if (NoiseDone == 1 && !IsDirect)
        {
            return EventKind.Active;
        }
        return NoiseLeft == 1 && NextStep == EventKind.Completed ? EventKind.Wrapup : TalkOrHold(dice);
    }

    private EventKind TalkOrHold(Dice dice) =>
        dice.Chance(0.06) ? EventKind.Unknown : NoiseDone % 2 == 0 ? EventKind.Talk : EventKind.Hold;
}
