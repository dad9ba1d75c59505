namespace Tieline.Simulator.World;

/// <summary>One conversation on its way: a plan of events that pass the default filter, and the noise still to come before the next.</summary>
/// <remarks>The plan is <c>routing.queue (transfer routing.queue)* completed</c>, <c>routing.queue abandoned</c>, or <c>completed</c> alone for a
/// direct call. What lies between is noise: states, talk, hold, an unknown type. So any share of passing events can be met.</remarks>
internal sealed class Conversation
{
    public Guid Id { get; set; }

    public MediaType Media { get; set; }

    public int Customer { get; set; }

    public int Agent { get; set; }

    public int Queue { get; set; }

    public bool HasAgent { get; set; }

    public bool Abandons { get; set; }

    /// <summary>How many events of the plan there are in all: 1 direct, 2 queued, two more for each transfer.</summary>
    public int Steps { get; set; }

    public int Step { get; set; }

    public int NoiseLeft { get; set; }

    public int NoiseDone { get; set; }

    public ConversationState State { get; set; }

    /// <summary>No two events of one conversation share a millisecond, so no two share an id.</summary>
    public long LastMilliseconds { get; set; }

    public bool AtLastStep => Step == Steps - 1;

    public bool BeforeQueue => !AtLastStep && Step % 2 == 0;

    public EventKind NextStep => AtLastStep
        ? Abandons ? EventKind.Abandoned : EventKind.Completed
        : BeforeQueue ? EventKind.RoutingQueue : EventKind.Transfer;

    public EventKind NextNoise(Dice dice)
    {
        if (BeforeQueue)
        {
            return NoiseDone == 0 ? EventKind.Queued : EventKind.Unknown;
        }
        if (NoiseLeft == 0)   // more than planned was asked for
        {
            return State == ConversationState.Active ? TalkOrHold(dice) : EventKind.Unknown;
        }
        if (NoiseDone == 0)
        {
            return Steps == 1 ? EventKind.Active : EventKind.Waiting;
        }
        if (Abandons)
        {
            return dice.Chance(0.5) ? EventKind.Waiting : EventKind.Unknown;
        }
        if (NoiseDone == 1 && Steps > 1)
        {
            return EventKind.Active;
        }
        return NoiseLeft == 1 && AtLastStep ? EventKind.Wrapup : TalkOrHold(dice);
    }

    private EventKind TalkOrHold(Dice dice) =>
        dice.Chance(0.06) ? EventKind.Unknown : NoiseDone % 2 == 0 ? EventKind.Talk : EventKind.Hold;
}
