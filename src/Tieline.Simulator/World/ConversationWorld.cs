namespace Tieline.Simulator.World;

/// <summary>What happened, before anyone numbered or sent it.</summary>
/// <param name="Conversation">As it is after the event.</param>
/// <param name="Kind">What happened to it.</param>
/// <param name="Milliseconds">When, Unix time.</param>
/// <param name="Before">The state it was in before.</param>
internal readonly record struct MadeEvent(Conversation Conversation, EventKind Kind, long Milliseconds, ConversationState Before)
{
    public ConversationState After => Conversation.State;
}

/// <summary>Conversations that overlap in time; each call makes one event of one of them. Not thread-safe.</summary>
internal sealed class ConversationWorld(Dice dice, ParticipantPool people)
{
    private const int MinOpen = 8;
    private const int MaxOpen = 5000;
    private const int MostOpen = 65_536;
    private const double Abandoned = 0.12;
    private const double Direct = 0.08;

    private static readonly EventKind[] DirectPlan = [EventKind.Completed];
    private static readonly EventKind[] QueuedPlan = [EventKind.RoutingQueue, EventKind.Completed];
    private static readonly EventKind[] AbandonedPlan = [EventKind.RoutingQueue, EventKind.Abandoned];
    private static readonly EventKind[] HandedPlan = [EventKind.RoutingQueue, EventKind.Transfer, .. QueuedPlan];
    private static readonly EventKind[] TwiceHandedPlan = [EventKind.RoutingQueue, EventKind.Transfer, .. HandedPlan];

    private readonly List<Conversation> _noisy = [];
    private readonly List<Conversation> _ready = [];
    private readonly Stack<Conversation> _ended = [];

    /// <summary>Those that have ended and are going to be reopened, by when that may be.</summary>
    private readonly PriorityQueue<Conversation, long> _resting = new();
    private Conversation? _spent;
    private long _made;
    private long _clock;

    /// <summary>How many conversations are open at once when under way; reached little by little.</summary>
    public int OpenTarget { get; set; } = MaxOpen;

    /// <summary>Share of events that pass the default filter, (0, 1].</summary>
    public double Passing { get; set; } = 0.2;

    /// <summary>Milliseconds between two events of one conversation, at least.</summary>
    public long Pace { get; set; } = 1;

    /// <summary>Share of the conversations that go out of the ordinary, [0, 1].</summary>
    public double Unusual { get; set; }

    /// <summary>Share of the conversations that are reopened after their end, [0, 1].</summary>
    public double Reopen { get; set; }

    /// <summary>Milliseconds between an end and what reopens it, at least.</summary>
    public long ReopenAfter { get; set; } = 5_000;

    /// <summary>No more are opened: those that are open come to their end.</summary>
    public bool IsClosing { get; set; }

    public bool HasOpen => _noisy.Count + _ready.Count + _resting.Count > 0;

    /// <summary>How many conversations there have been.</summary>
    public long Opened { get; private set; }

    private double NoisePerStep => (1 - Passing) / Math.Max(Passing, 0.001);

    /// <param name="pass">Whether the event shall pass the default filter.</param>
    /// <param name="now">Unix milliseconds; time never goes back in what is made.</param>
    public MadeEvent Next(bool pass, long now)
    {
        _clock = Math.Max(_clock, now);
        Recycle();
        Wake();
        var conversation = Pick(pass);
        var before = conversation.State;
        if (pass)
        {
            if (conversation is { IsDirect: true, State: ConversationState.None })
            {
                conversation.Plan = QueuedPlan;   // an end that is the first event of all passes no filter of a stream
            }
            MoveOn(conversation);
        }
        var kind = pass ? conversation.NextStep : conversation.NextNoise(dice);
        Advance(conversation, pass, kind);
        _made++;
        return new MadeEvent(conversation, kind, conversation.LastMilliseconds, before);
    }

    private Conversation Pick(bool pass)
    {
        var target = Math.Min(Math.Clamp(OpenTarget, MinOpen, MaxOpen), MinOpen + (_made / 10));
        if (!IsClosing && _noisy.Count + _ready.Count < target)
        {
            Open();
        }
        return Take(pass ? _ready : _noisy) ?? Take(pass ? _noisy : _ready) ?? TakeNew(pass);
    }

    /// <summary>One that has had no event in this millisecond; taken out of the list, <see cref="Advance"/> puts it back.</summary>
    private Conversation? Take(List<Conversation> from)
    {
        for (var tries = Math.Min(from.Count, 12); tries > 0; tries--)
        {
            var index = dice.Below(from.Count);
            var candidate = from[index];
            if (candidate.LastMilliseconds + Pace <= _clock)
            {
                from[index] = from[^1];
                from.RemoveAt(from.Count - 1);
                return candidate;
            }
        }
        return null;
    }

    private Conversation TakeNew(bool pass)
    {
        if (IsClosing || _noisy.Count + _ready.Count >= MostOpen)
        {
            _clock += IsClosing ? Pace : 1;   // the clock stands still and nobody is left to speak: run ahead of it rather than without bound
            while (true)
            {
                if ((Take(pass ? _ready : _noisy) ?? Take(pass ? _noisy : _ready)) is { } taken)
                {
                    return taken;
                }
                _clock++;
                Wake();
            }
        }
        var list = Open();
        var opened = list[^1];
        list.RemoveAt(list.Count - 1);
        return opened;
    }

    private List<Conversation> Open()
    {
        var conversation = _ended.TryPop(out var ended) ? ended : new Conversation();
        conversation.Id = dice.Uuid();
        conversation.Number = ++Opened;
        conversation.Past = null;
        conversation.Media = dice.Below(10) switch { < 6 => MediaType.Voice, < 9 => MediaType.WebChat, _ => MediaType.Email };
        conversation.Customer = dice.Below(people.Customers.Length);
        conversation.Agent = dice.Below(people.Agents.Length);
        conversation.Queue = dice.Below(people.Queues.Length);
        conversation.HasAgent = false;
        conversation.Course = Unusual > 0 && dice.Chance(Unusual) ? dice.Of(Courses.Of(conversation.Media)) : Course.Usual;
        conversation.Plan = conversation.Course == Course.Usual ? Plan(conversation.Media) : Courses.PlanOf(conversation.Course);
        if (Reopen > 0 && dice.Chance(Reopen))
        {
            (conversation.Course, conversation.Plan) = (Course.Reopened, Courses.PlanOfReopened(dice, conversation.Media != MediaType.Email));
        }
        (conversation.WasCompleted, conversation.WasAbandoned, conversation.EndsAgain) = (false, false, false);
        conversation.Step = 0;
        conversation.State = ConversationState.None;
        conversation.LastMilliseconds = 0;
        PlanNoise(conversation);
        return Put(conversation);
    }

    private EventKind[] Plan(MediaType media)
    {
        if (Passing < 0.95 && media != MediaType.Email && dice.Chance(Abandoned))   // an e-mail waits; nobody can hang up
        {
            return AbandonedPlan;
        }
        if (Passing > 0.9)
        {
            return dice.Chance(0.5) ? HandedPlan : QueuedPlan;   // no noise to make a conversation of: more transfers
        }
        if (Passing < 0.5 && dice.Chance(Direct))
        {
            return DirectPlan;
        }
        return dice.Below(20) switch { < 14 => QueuedPlan, < 19 => HandedPlan, _ => TwiceHandedPlan };
    }

    private void PlanNoise(Conversation conversation)
    {
        var perStep = NoisePerStep;
        var beforeQueue = Math.Min(1, perStep);
        var planned = conversation.IsDirect ? perStep
            : conversation.BeforeQueue ? beforeQueue
            : ((2 * perStep) - beforeQueue) * (0.5 + dice.Unit());
        conversation.NoiseLeft = conversation is { Course: Course.ShortWait, BeforeQueue: false } ? 0 : dice.Round(planned);
        conversation.NoiseDone = 0;
    }

    private void Advance(Conversation conversation, bool pass, EventKind kind)
    {
        var after = EventKinds.Of(kind).After;
        conversation.State = after == ConversationState.None ? conversation.State
            : kind == EventKind.Transfer && conversation.Plan[conversation.Step + 1] == EventKind.Completed ? ConversationState.Waiting   // with no queue between, the next is offered it at once
            : after;
        conversation.LastMilliseconds = _clock;
        NoteEnd(conversation, kind);
        conversation.HasAgent = kind == EventKind.Active || (conversation.HasAgent && kind != EventKind.Queued && kind != EventKind.RoutingQueue);
        if (!pass)
        {
            conversation.NoiseLeft = Math.Max(0, conversation.NoiseLeft - 1);
            conversation.NoiseDone++;
            Put(conversation);
            return;
        }
        if (conversation.AtLastStep)
        {
            _spent = conversation;   // its bytes are still to be rendered
            return;
        }
        conversation.Step++;
        if (kind == EventKind.Transfer)
        {
            conversation.Agent = conversation.Course switch
            {
                Course.Usual => dice.Below(people.Agents.Length),
                Course.ConsultQueue => conversation.Agent,   // who was asked is there already
                _ => Courses.OtherAgent(conversation.Agent, conversation.Id, people.Agents.Length),
            };
            conversation.Queue = dice.Below(people.Queues.Length);
        }
        PlanNoise(conversation);
        if (kind == EventKind.Completed)
        {
            _resting.Enqueue(conversation, _clock + ReopenAfter);
            return;
        }
        Put(conversation);
    }

    private void Wake()
    {
        while (_resting.TryPeek(out var conversation, out var until) && until <= _clock)
        {
            _resting.Dequeue();
            Put(conversation);
        }
    }

    private static void NoteEnd(Conversation conversation, EventKind kind)
    {
        conversation.EndsAgain = (kind == EventKind.Completed && conversation.WasCompleted) || (kind == EventKind.Abandoned && conversation.WasAbandoned);
        conversation.WasCompleted |= kind == EventKind.Completed;
        conversation.WasAbandoned |= kind == EventKind.Abandoned;
    }

    /// <summary>It comes to another queue, and no transfer has said so.</summary>
    private void MoveOn(Conversation conversation)
    {
        if (conversation is { BeforeQueue: true, Step: > 0 } && conversation.Plan[conversation.Step - 1] == EventKind.RoutingQueue)
        {
            conversation.Agent = Courses.OtherAgent(conversation.Agent, conversation.Id, people.Agents.Length);
            conversation.Queue = dice.Below(people.Queues.Length);
        }
    }

    private List<Conversation> Put(Conversation conversation)
    {
        var list = conversation.NoiseLeft == 0 ? _ready : _noisy;
        list.Add(conversation);
        return list;
    }

    private void Recycle()
    {
        if (_spent is not null)
        {
            _ended.Push(_spent);
            _spent = null;
        }
    }
}
