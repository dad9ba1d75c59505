using System.Text.Json.Nodes;
using Tieline.Delivery;
using Tieline.Service.Web.Shell;

namespace Tieline.Service.Desks;

/// <summary>What came of a test event.</summary>
/// <param name="Status">What was answered; null where nothing was.</param>
/// <param name="Said">In a sentence.</param>
internal sealed record TestReport(string Destination, bool IsAccepted, int? Status, TimeSpan Latency, string Said)
{
    public static TestReport Of(string destination, DeliveryOutcome outcome, TimeSpan took) => outcome switch
    {
        DeliveryOutcome.Accepted accepted => new(destination, true, accepted.Status, took, $"Accepted with {accepted.Status} in {Show.Milliseconds(took.TotalMilliseconds)}."),
        DeliveryOutcome.Rejected rejected => new(destination, false, rejected.Status, took, $"Refused for good with {rejected.Status}: {rejected.Reason}. A real event would be a dead letter."),
        DeliveryOutcome.BackOff backOff => new(
            destination, false, backOff.Status, took, $"Not taken ({backOff.Reason}{(backOff.Status is { } status ? $", answer {status}" : "")}) after {Show.Milliseconds(took.TotalMilliseconds)}. A real event would be tried again."),
        _ => throw new InvalidOperationException($"No such outcome: {outcome.GetType().Name}"),
    };

    public JsonObject ToJson() => new()
    {
        ["destination"] = Destination,
        ["accepted"] = IsAccepted,
        ["status"] = Status,
        ["latencyMs"] = Math.Round(Latency.TotalMilliseconds, 1),
        ["said"] = Said,
    };
}
