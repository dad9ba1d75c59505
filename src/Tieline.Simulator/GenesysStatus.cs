namespace Tieline.Simulator;

/// <summary>The figures of <c>GET /_simulator/status</c>.</summary>
public sealed record GenesysStatus
{
    /// <summary>Where it listens.</summary>
    public required string Url { get; init; }

    /// <summary>Where the control API answers even while <see cref="Url"/> refuses connections.</summary>
    public required string ControlUrl { get; init; }

    /// <summary>Whether <see cref="Url"/> refuses connections now.</summary>
    public bool Refusing { get; init; }

    /// <summary>Whether events are being made: somebody has subscribed, nobody has stopped it, and MaxEvents is not reached.</summary>
    public bool Running { get; init; }

    /// <summary>Events per second; 0: as fast as the sockets take them.</summary>
    public double Rate { get; init; }

    /// <summary>Share of events that pass the default filter.</summary>
    public double Passing { get; init; }

    /// <summary>Whether the ledger is kept.</summary>
    public bool Ledger { get; init; }

    /// <summary>Events made that pass the filter of at least one stream or concern a channel; with channels alone, all events.</summary>
    public long Made { get; init; }

    /// <summary>Of all streams: events handed to at least one open socket.</summary>
    public long Sent { get; init; }

    /// <summary>Of all streams: events the TCP connection of at least one socket took.</summary>
    public long Written { get; init; }

    /// <summary>Number of the last event of the first stream; 0 before there is one.</summary>
    public long LastSequence { get; init; }

    /// <summary>Open sockets, those of channels among them.</summary>
    public int Sockets { get; init; }

    /// <summary>Channels alive.</summary>
    public int Channels { get; init; }

    /// <summary>Channels made.</summary>
    public long ChannelsCreated { get; init; }

    /// <summary>Channels that had to make room for another.</summary>
    public long ChannelsReplaced { get; init; }

    /// <summary>Topics that channels alive subscribe, each as often as one does; a combined one counts once.</summary>
    public int Topics { get; init; }

    /// <summary>Open sockets of channels.</summary>
    public int ChannelSockets { get; init; }

    /// <summary>Topics of each channel with an open socket, the oldest channel first.</summary>
    public IReadOnlyList<int> TopicsHeard { get; init; } = [];

    /// <summary>Notifications handed to an open socket, each as often as it was.</summary>
    public long Notifications { get; init; }

    /// <summary>Events of which the TCP connection of at least one socket took a notification.</summary>
    public long NotificationsWritten { get; init; }

    /// <summary>Lines of the facts: passing events of conversations that a stream or a channel was told of.</summary>
    public int Facts { get; init; }

    /// <summary>Requests to the channels, subscriptions, queues and conversations by the status they were answered with; 0: left hanging.</summary>
    public required IReadOnlyDictionary<int, long> ApiRequests { get; init; }

    /// <summary>Open sockets that have subscribed and are sent events.</summary>
    public int Subscribed { get; init; }

    /// <summary>Every numbering, in the order in which they were first subscribed to.</summary>
    public required IReadOnlyList<StreamStatus> Streams { get; init; }

    /// <summary>Tokens issued.</summary>
    public long TokensIssued { get; init; }

    /// <summary>Token requests by the status they were answered with; 0: left hanging.</summary>
    public required IReadOnlyDictionary<int, long> TokenRequests { get; init; }

    /// <summary>Handshakes by the status they were answered with; 101 is a success.</summary>
    public required IReadOnlyDictionary<int, long> Handshakes { get; init; }

    /// <summary>Subscribe messages understood.</summary>
    public long Subscribes { get; init; }

    /// <summary>Messages from clients that were not subscribe messages.</summary>
    public long MessagesIgnored { get; init; }

    /// <summary>Pings answered or left unanswered.</summary>
    public long Pings { get; init; }

    /// <summary>The last message a client sent, verbatim.</summary>
    public string? LastSubscribe { get; init; }

    /// <summary>Requests to the details API by the status they were answered with; 0: left hanging.</summary>
    public required IReadOnlyDictionary<int, long> DetailsRequests { get; init; }

    /// <summary>Details jobs submitted.</summary>
    public long DetailsJobs { get; init; }

    /// <summary>Conversations sent in answers of the details API, each as often as it was sent.</summary>
    public long DetailsRows { get; init; }

    /// <summary>Conversations remembered for the details API.</summary>
    public int History { get; init; }

    /// <summary>The last 100 closes, oldest first.</summary>
    public required IReadOnlyList<CloseSeen> Closes { get; init; }
}

/// <summary>One numbering.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="Filter">For what, in a canonical form.</param>
/// <param name="LastSequence">Its last number.</param>
/// <param name="Made">Events numbered.</param>
/// <param name="Sent">Events handed to at least one open socket.</param>
/// <param name="Written">Events the TCP connection of at least one socket took.</param>
/// <param name="Sockets">Open sockets that are sent its events.</param>
public sealed record StreamStatus(string ClientId, string Filter, long LastSequence, long Made, long Sent, long Written, int Sockets);

/// <summary>How a socket ended.</summary>
/// <param name="Socket">Which, from 1.</param>
/// <param name="By"><c>client</c>, <c>simulator</c>, or <c>lost</c> when the connection went without a close frame.</param>
/// <param name="Code">The code the client sent, in answer or of itself; 1005 when its frame has none, 1006 when it sent no close frame.</param>
/// <param name="Reason">The reason it gave.</param>
/// <param name="At">When.</param>
public sealed record CloseSeen(int Socket, string By, int Code, string Reason, DateTimeOffset At);
