namespace Tieline.Simulator.World;

/// <summary>What is out of the ordinary about the way a conversation goes; most have <see cref="Usual"/>.</summary>
internal enum Course : byte
{
    Usual,

    /// <summary>A voicemail box takes it out of the queue.</summary>
    Voicemail,

    /// <summary>A flow moves it to another queue before anybody takes it.</summary>
    MovedOn,

    /// <summary>The agent's phone dies: it comes to a queue again.</summary>
    Requeued,

    /// <summary>The customer has had enough within moments.</summary>
    ShortWait,

    /// <summary>The customer gives up in the queue that they were handed to.</summary>
    LostAfterTransfer,

    /// <summary>Handed to an agent without a queue.</summary>
    ToAgent,

    /// <summary>Handed to a number outside.</summary>
    ToNumber,

    /// <summary>Handed to an agent who was asked first.</summary>
    ConsultAgent,

    /// <summary>Handed to a queue's agent who was asked first: the queue comes before the hand-over.</summary>
    ConsultQueue,

    /// <summary>Another agent is asked, and no more.</summary>
    ConsultCancelled,

    /// <summary>Handed to an agent with whom the three were talking.</summary>
    Conference,

    /// <summary>An agent joins and leaves again.</summary>
    ConferenceLeft,

    /// <summary>One supervisor listens, one coaches.</summary>
    Supervised,

    /// <summary>A supervisor breaks in.</summary>
    Barged,

    /// <summary>A callback, and the call that it leads to.</summary>
    Callback,

    /// <summary>Agent and customer look at a page together as well.</summary>
    Cobrowse,

    /// <summary>A chat that becomes a call as well.</summary>
    ChatAndCall,

    /// <summary>The agent lays it aside, takes it up again and sends the answer.</summary>
    Parked,

    /// <summary>The customer comes back after it has ended: it goes on under the same id, and ends once more.</summary>
    Reopened,
}

/// <summary>Which courses there are, and what they plan.</summary>
internal static class Courses
{
    private static readonly EventKind[] Queued = [EventKind.RoutingQueue, EventKind.Completed];
    private static readonly EventKind[] Reopened = [.. Queued, .. Queued];
    private static readonly EventKind[] ReopenedAndLost = [.. Queued, EventKind.RoutingQueue, EventKind.Abandoned];
    private static readonly EventKind[] ReopenedTwice = [.. Reopened, .. Queued];
    private static readonly EventKind[] Abandoned = [EventKind.RoutingQueue, EventKind.Abandoned];
    private static readonly EventKind[] Handed = [EventKind.RoutingQueue, EventKind.Transfer, EventKind.Completed];
    private static readonly EventKind[] Moved = [EventKind.RoutingQueue, EventKind.RoutingQueue, EventKind.Completed];
    private static readonly EventKind[] Asked = [EventKind.RoutingQueue, EventKind.RoutingQueue, EventKind.Transfer, EventKind.Completed];
    private static readonly EventKind[] Lost = [EventKind.RoutingQueue, EventKind.Transfer, EventKind.RoutingQueue, EventKind.Abandoned];

    private static readonly Course[] OfCalls =
    [
        Course.Voicemail, Course.MovedOn, Course.Requeued, Course.ShortWait, Course.LostAfterTransfer, Course.ToAgent, Course.ToNumber, Course.ConsultAgent,
        Course.ConsultQueue, Course.ConsultCancelled, Course.Conference, Course.ConferenceLeft, Course.Supervised, Course.Barged, Course.Callback, Course.Cobrowse,
    ];

    private static readonly Course[] OfChats =
    [
        Course.MovedOn, Course.Requeued, Course.ShortWait, Course.LostAfterTransfer, Course.ToAgent, Course.Supervised, Course.Cobrowse, Course.ChatAndCall,
    ];

    private static readonly Course[] OfMails = [Course.MovedOn, Course.ToAgent, Course.Parked];

    public static IReadOnlyList<Course> Of(MediaType media) => media switch { MediaType.Voice => OfCalls, MediaType.WebChat => OfChats, _ => OfMails };

    /// <returns>The passing events that there will be.</returns>
    public static EventKind[] PlanOf(Course course) => course switch
    {
        Course.MovedOn or Course.Requeued => Moved,
        Course.ShortWait => Abandoned,
        Course.LostAfterTransfer => Lost,
        Course.ToAgent or Course.ToNumber or Course.ConsultAgent or Course.Conference => Handed,
        Course.ConsultQueue => Asked,
        _ => Queued,
    };

    /// <returns>The passing events of one that is reopened.</returns>
    /// <param name="mayBeLost">Whether its customer may give up in a queue.</param>
    public static EventKind[] PlanOfReopened(Dice dice, bool mayBeLost) => dice.Below(10) switch { < 2 => ReopenedTwice, < 4 when mayBeLost => ReopenedAndLost, _ => Reopened };

    /// <summary>Media besides the conversation's own.</summary>
    public static MediaType? More(Course course) => course switch
    {
        Course.Callback => MediaType.Callback,
        Course.Cobrowse => MediaType.Cobrowse,
        Course.ChatAndCall => MediaType.Voice,
        _ => null,
    };

    /// <summary>Whether the next agent is there before the one who hands over has left.</summary>
    public static bool AsksFirst(Course course) => course is Course.ConsultAgent or Course.Conference;

    /// <summary>Who is asked: known before it is an event.</summary>
    public static int OtherAgent(int agent, Guid conversation, int count) =>
        (agent + 1 + new Details.Traits(conversation).Below(Details.Trait.OtherAgent, count - 2)) % count;
}
