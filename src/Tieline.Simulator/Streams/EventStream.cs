namespace Tieline.Simulator.Streams;

/// <summary>One numbering: of one client and one filter. It goes on whether or not a socket is open, and over reconnects.</summary>
internal sealed class EventStream(string clientId, SubscriptionFilter filter, Ledger? ledger)
{
    public string ClientId => clientId;

    public SubscriptionFilter Filter => filter;

    public Ledger? Ledger { get; set; } = ledger;

    public long LastSequence { get; set; }

    public long Made { get; set; }

    public long Sent { get; set; }

    public long Written { get; set; }

    /// <summary>Open and subscribed.</summary>
    public List<StreamSocket> Sockets { get; } = [];

    /// <summary>What this tick has made so far; null: nothing.</summary>
    public Batch? Pending { get; set; }

    /// <summary>Frames kept back to be sent in another order, and where they are in the ledger.</summary>
    public List<(byte[] Frame, int LedgerLine)> Held { get; } = [];

    /// <summary>Raw frames for the next socket, since none was open when they were asked for.</summary>
    public List<byte[]> Waiting { get; } = [];

    public bool HasListener
    {
        get
        {
            foreach (var socket in Sockets)
            {
                if (socket.IsSpeaking)
                {
                    return true;
                }
            }
            return false;
        }
    }
}
