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

    /// <summary>Events per second after filtering, evenly paced; 0: as fast as the sockets take them, and only while one is open.</summary>
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
