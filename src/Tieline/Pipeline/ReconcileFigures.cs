using System.Text.Json.Nodes;

namespace Tieline.Pipeline;

/// <summary>The figures of a reconciliation. Expected = delivered + waiting + dead-lettered + missing + conflicting + expired + not due.</summary>
internal sealed record ReconcileFigures
{
    /// <summary>Conversations that lie in the span.</summary>
    public long Conversations { get; init; }

    /// <summary>Events of the span that the records tell of, and that pass the filter.</summary>
    public long Expected { get; init; }

    public long Delivered { get; init; }

    public long Waiting { get; init; }

    public long DeadLettered { get; init; }

    /// <summary>Not in the journal, or nothing says that it was delivered. What was repaired is still counted here.</summary>
    public long Missing { get; init; }

    /// <summary>Of the missing, those that have been queued to be delivered.</summary>
    public long Repaired { get; init; }

    /// <summary>Events of these conversations that the journal has and the records do not tell of.</summary>
    public long Extra { get; init; }

    /// <summary>Ends that differ from the one that the journal has.</summary>
    public long Conflicting { get; init; }

    /// <summary>Retention has removed what would tell.</summary>
    public long Expired { get; init; }

    /// <summary>Accepted before any of the destinations was configured.</summary>
    public long NotDue { get; init; }

    /// <summary>From before Tieline's first event, and asked for by nobody: not among the expected.</summary>
    public long BeforeStart { get; init; }

    /// <summary>Records that are no conversation.</summary>
    public long Unreadable { get; init; }

    public void WriteTo(JsonObject json)
    {
        json["conversations"] = Conversations;
        json["expected"] = Expected;
        WriteDeliveryTo(json);
        json["repaired"] = Repaired;
        json["extra"] = Extra;
        json["conflicting"] = Conflicting;
        json["beforeStart"] = BeforeStart;
        json["unreadable"] = Unreadable;
    }

    /// <summary>Those that are told of a single destination.</summary>
    public void WriteDeliveryTo(JsonObject json)
    {
        json["delivered"] = Delivered;
        json["waiting"] = Waiting;
        json["deadLettered"] = DeadLettered;
        json["missing"] = Missing;
        json["expired"] = Expired;
        json["notDue"] = NotDue;
    }
}
