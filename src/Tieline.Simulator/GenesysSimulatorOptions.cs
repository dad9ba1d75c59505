namespace Tieline.Simulator;

/// <summary>How the simulated Genesys behaves from its start; most of it can be changed at run time through the control API.</summary>
public sealed class GenesysSimulatorOptions
{
    /// <summary>Where to listen: <c>http</c>, a loopback address; port 0 takes a free one.</summary>
    /// <value>http://127.0.0.1:0</value>
    public string Listen { get; set; } = "http://127.0.0.1:0";

    /// <summary>A second address that answers the control API only, and goes on doing so while <see cref="Listen"/> refuses connections.</summary>
    /// <value>http://127.0.0.1:0</value>
    public string ControlListen { get; set; } = "http://127.0.0.1:0";

    /// <summary>Events per second after filtering (with channels alone: all events), evenly paced; 0: as fast as the sockets take them, and only while one is open. The rate is missed while a socket is far behind: a slow reader loses nothing.</summary>
    /// <value>500</value>
    public double Rate { get; set; } = 500;

    /// <summary>Share of the events, above 0 and at most 1, that are a completed, abandoned or transfer state or a <c>routing.queue</c>.</summary>
    /// <value>0.2</value>
    public double Passing { get; set; } = 0.2;

    /// <summary>What chance starts from: the same seed gives the same conversations in the same order.</summary>
    /// <value>1</value>
    public int Seed { get; set; } = 1;

    /// <summary>The one client the token endpoint knows, besides <see cref="OtherClients"/>.</summary>
    /// <value>simulator</value>
    public string ClientId { get; set; } = "simulator";

    /// <summary>Its secret.</summary>
    /// <value>simulator-secret</value>
    public string ClientSecret { get; set; } = "simulator-secret";

    /// <summary>More clients by id, with their secrets. Each has numberings of its own.</summary>
    /// <value>none</value>
    public Dictionary<string, string> OtherClients { get; } = new(StringComparer.Ordinal);

    /// <summary>Life of a token in seconds.</summary>
    /// <value>86400</value>
    public int ExpiresIn { get; set; } = 86_400;

    /// <summary>Stop after this many events.</summary>
    /// <value>null: never</value>
    public long? MaxEvents { get; set; }

    /// <summary>Keep one line for each event (40 bytes of memory).</summary>
    /// <value>null: yes, except at rate 0</value>
    public bool? Ledger { get; set; }

    /// <summary>Planted in every free-text field: names and notes.</summary>
    /// <value>null: none</value>
    public string? Canary { get; set; }

    /// <summary>Conversations open at once when under way.</summary>
    /// <value>null: a fifth of the rate, from 16 to 5,000</value>
    public int? OpenConversations { get; set; }

    /// <summary>Number of the first event of each numbering.</summary>
    /// <value>1</value>
    public long FirstSequence { get; set; } = 1;

    /// <summary>Close a socket that sends what is not a subscribe message with 1007 (not JSON) or 1008, rather than ignore it.</summary>
    /// <value>false</value>
    public bool StrictSubscribe { get; set; }

    /// <summary>Close with 1008 a socket that has not subscribed after this time.</summary>
    /// <value>null: let it be</value>
    public TimeSpan? CloseUnsubscribedAfter { get; set; }

    /// <summary>What the handshake answers to a token that was asked for with too few scopes: 401 or 403. A token asked for without any has all.</summary>
    /// <value>401</value>
    public int MissingScopeStatus { get; set; } = 401;

    /// <summary>Remember conversations, so that the details API has something to answer with (about 250 bytes of memory each).</summary>
    /// <value>null: yes, except at rate 0</value>
    public bool? History { get; set; }

    /// <summary>How many conversations are remembered: the oldest that have ended go first, and one that is still open never does.</summary>
    /// <value>200000</value>
    public int HistoryLimit { get; set; } = 200_000;

    /// <summary>An event enters the record of its conversation only this long after it happened.</summary>
    /// <value>0</value>
    public TimeSpan DetailsLag { get; set; }

    /// <summary>Which conversations a details query of an interval returns.</summary>
    /// <value>Activity</value>
    public DetailsMatch DetailsMatch { get; set; } = DetailsMatch.Activity;

    /// <summary>Requests to the details API that a client may make in a minute; 0: any number.</summary>
    /// <value>300</value>
    public int RequestsPerMinute { get; set; } = 300;

    /// <summary>How long a details job takes.</summary>
    /// <value>5 s</value>
    public TimeSpan JobTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How far behind the data is that jobs read: <c>dataAvailabilityDate</c> is so long ago.</summary>
    /// <value>2 h</value>
    public TimeSpan JobsBehind { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Share of the conversations, 0 to 1, whose record begins <see cref="BeganEarlierBy"/> before their first event.</summary>
    /// <value>0</value>
    public double BeganEarlier { get; set; }

    /// <summary>How much earlier.</summary>
    /// <value>20 h</value>
    public TimeSpan BeganEarlierBy { get; set; } = TimeSpan.FromHours(20);

    /// <summary>Life of a notification channel, from its making or its last subscription on.</summary>
    /// <value>24 h</value>
    public TimeSpan ChannelLife { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Channels a client may have; one more replaces the oldest without an open socket, or the oldest of all.</summary>
    /// <value>20</value>
    public int ChannelsPerClient { get; set; } = 20;

    /// <summary>Topics a channel may have; a combined one counts once.</summary>
    /// <value>1000</value>
    public int TopicsPerChannel { get; set; } = 1000;

    /// <summary>How often a channel's socket is sent a heartbeat.</summary>
    /// <value>30 s</value>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long before the end of a channel or its token the socket is told.</summary>
    /// <value>60 s</value>
    public TimeSpan ClosingNotice { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Queues without conversations, listed besides the twelve that have some.</summary>
    /// <value>0</value>
    public int ExtraQueues { get; set; }

    /// <summary>Characters that make each notification longer; always the same ones.</summary>
    /// <value>0</value>
    public int BodyPadding { get; set; }

    /// <summary>Then notifications differ: each in turn is longer by another number of characters, evenly from <see cref="BodyPadding"/> to this.</summary>
    /// <value>null: all by the same</value>
    public int? BodyPaddingUpTo { get; set; }

    /// <summary>Topics that may not be subscribed: whole ones, or the ids of queues and users.</summary>
    /// <value>none</value>
    public IList<string> RefusedTopics { get; } = [];

    /// <summary>Share of the conversations, 0 to 1, that go out of the ordinary: consultations and conferences, callbacks, supervisors, flow-outs, several media and more.</summary>
    /// <value>0</value>
    public double Unusual { get; set; }

    /// <summary>Share of the conversations, 0 to 1, that are reopened after their end: they go on under the same id, and end once or twice more.</summary>
    /// <value>0</value>
    public double Reopen { get; set; }

    /// <summary>At least so long lies between an end and what reopens the conversation.</summary>
    /// <value>5 s</value>
    public TimeSpan ReopenAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>At least so long lies between two events of one conversation; more conversations are open at once when it is long.</summary>
    /// <value>0: a millisecond</value>
    public TimeSpan Pace { get; set; }

    /// <summary>Faults to commit by themselves; see <see cref="SimulatorFault.AfterSeconds"/>, <see cref="SimulatorFault.AfterEvents"/> and
    /// <see cref="SimulatorFault.EverySeconds"/>. One without any of these is committed at the start.</summary>
    /// <value>none</value>
    public IList<SimulatorFault> Faults { get; } = [];

    /// <returns>Everything that is wrong, each with the option's name, the rule and the value seen.</returns>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Check(Loopback.Problem(Listen) is null, $"Listen {Loopback.Problem(Listen)}, was '{Listen}'");
        Check(Loopback.Problem(ControlListen) is null, $"ControlListen {Loopback.Problem(ControlListen)}, was '{ControlListen}'");
        Check(Rate is >= 0 and <= 10_000_000, $"Rate must be from 0 to 10,000,000 events a second, was {Rate}");
        Check(Passing is > 0 and <= 1, $"Passing must be above 0 and at most 1, was {Passing}");
        Check(ClientId.Length > 0, "ClientId must not be empty");
        Check(ExpiresIn > 0, $"ExpiresIn must be at least 1 second, was {ExpiresIn}");
        Check(MaxEvents is null or >= 0, $"MaxEvents must not be negative, was {MaxEvents}");
        Check(MissingScopeStatus is 401 or 403, $"MissingScopeStatus must be 401 or 403, was {MissingScopeStatus}");
        Check(OpenConversations is null or > 0, $"OpenConversations must be at least 1, was {OpenConversations}");
        Check(HistoryLimit > 0, $"HistoryLimit must be at least 1, was {HistoryLimit}");
        Check(DetailsLag >= TimeSpan.Zero, $"DetailsLag must not be negative, was {DetailsLag}");
        Check(Enum.IsDefined(DetailsMatch), $"DetailsMatch must be Activity or Day, was {DetailsMatch}");
        Check(RequestsPerMinute >= 0, $"RequestsPerMinute must be 0 (no limit) or more, was {RequestsPerMinute}");
        Check(JobTime >= TimeSpan.Zero, $"JobTime must not be negative, was {JobTime}");
        Check(JobsBehind >= TimeSpan.Zero, $"JobsBehind must not be negative, was {JobsBehind}");
        Check(BeganEarlier is >= 0 and <= 1, $"BeganEarlier must be from 0 to 1, was {BeganEarlier}");
        Check(BeganEarlierBy >= TimeSpan.Zero, $"BeganEarlierBy must not be negative, was {BeganEarlierBy}");
        Check(Reopen is >= 0 and <= 1, $"Reopen must be from 0 to 1, was {Reopen}");
        Check(ReopenAfter >= TimeSpan.FromSeconds(3) && ReopenAfter <= TimeSpan.FromMinutes(10), $"ReopenAfter must be from 3 seconds to 10 minutes, was {ReopenAfter}");
        Check(Unusual is >= 0 and <= 1, $"Unusual must be from 0 to 1, was {Unusual}");
        Check(ChannelLife > TimeSpan.Zero, $"ChannelLife must be above 0, was {ChannelLife}");
        Check(ChannelsPerClient > 0, $"ChannelsPerClient must be at least 1, was {ChannelsPerClient}");
        Check(TopicsPerChannel > 0, $"TopicsPerChannel must be at least 1, was {TopicsPerChannel}");
        Check(HeartbeatInterval > TimeSpan.Zero, $"HeartbeatInterval must be above 0, was {HeartbeatInterval}");
        Check(ClosingNotice >= TimeSpan.Zero, $"ClosingNotice must not be negative, was {ClosingNotice}");
        Check(ExtraQueues is >= 0 and <= 100_000, $"ExtraQueues must be from 0 to 100,000, was {ExtraQueues}");
        Check(BodyPadding is >= 0 and <= 4_000_000, $"BodyPadding must be from 0 to 4,000,000, was {BodyPadding}");
        Check(BodyPaddingUpTo is null || (BodyPaddingUpTo >= BodyPadding && BodyPaddingUpTo <= 4_000_000), $"BodyPaddingUpTo must be from BodyPadding to 4,000,000, was {BodyPaddingUpTo}");
        Check(Pace >= TimeSpan.Zero && Pace <= TimeSpan.FromMinutes(10), $"Pace must be from 0 to 10 minutes, was {Pace}");
        errors.AddRange(Faults.Select(fault => fault.Problem()).OfType<string>());
        return errors;

        void Check(bool good, string error)
        {
            if (!good)
            {
                errors.Add(error);
            }
        }
    }
}
