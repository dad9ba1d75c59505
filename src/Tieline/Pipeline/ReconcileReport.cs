using System.Text.Json.Nodes;
using Tieline.Events;

namespace Tieline.Pipeline;

/// <summary>What holding a span against the details API came to.</summary>
/// <param name="IsComplete">All of the span was read.</param>
/// <param name="Problem">Why it was not.</param>
/// <param name="IsProvisional">Genesys's records of so young a time may still grow.</param>
/// <param name="NotAsked">What was not looked at, in words.</param>
/// <param name="Destinations">By name, the same figures for each.</param>
/// <param name="Findings">The first of what is not as it should be.</param>
/// <param name="FindingsLeftOut">How many more there are.</param>
internal sealed record ReconcileReport(
    ReconcileRequest Request,
    DateTimeOffset AskedAt,
    bool IsComplete,
    string? Problem,
    bool IsProvisional,
    string NotAsked,
    ReconcileFigures Figures,
    IReadOnlyList<(string Name, ReconcileFigures Figures)> Destinations,
    IReadOnlyList<ReconcileFinding> Findings,
    long FindingsLeftOut)
{
    /// <summary>Nothing was wrong, or it has been repaired.</summary>
    public bool IsGood => IsComplete && Figures is { Extra: 0, Conflicting: 0, Unreadable: 0 } && Figures.Repaired == Figures.Missing;

    /// <summary>The members of an audit line's detail.</summary>
    public JsonObject ToDetail()
    {
        var detail = Head();
        detail["repair"] = Request.Repair ? "yes" : "no"; // no true and false in a detail
        Figures.WriteTo(detail);
        return detail;
    }

    public JsonObject ToJson()
    {
        var json = Head();
        json["good"] = IsGood;
        json["complete"] = IsComplete;
        json["provisional"] = IsProvisional;
        json["askedAt"] = EventTime.ToText(AskedAt);
        Figures.WriteTo(json);
        json["destinations"] = new JsonArray([.. Destinations.Select(destination =>
        {
            var one = new JsonObject { ["name"] = destination.Name };
            destination.Figures.WriteDeliveryTo(one);
            return one;
        })]);
        json["findings"] = new JsonArray([.. Findings.Select(ToJson)]);
        json["findingsLeftOut"] = FindingsLeftOut;
        return json;
    }

    private JsonObject Head() => new()
    {
        ["from"] = EventTime.ToText(Request.From),
        ["to"] = EventTime.ToText(Request.To),
        ["repair"] = Request.Repair,
        ["problem"] = Problem,
        ["notAsked"] = NotAsked,
    };

    private static JsonObject ToJson(ReconcileFinding finding) => new()
    {
        ["kind"] = finding.Kind,
        ["id"] = finding.Id.ToString(),
        ["conversationId"] = finding.ConversationId,
        ["type"] = finding.Type,
        ["state"] = finding.State,
        ["timestamp"] = EventTime.ToText(finding.OccurredAt),
        ["position"] = finding.Position,
        ["destination"] = finding.Destination,
        ["repaired"] = finding.IsRepaired,
    };
}
