using System.Text.Json.Nodes;
using Tieline.Delivery;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Service.Http;

/// <summary>What destinations have not been delivered, and how they stand, as scripts read it.</summary>
internal static class DestinationJson
{
    /// <param name="configured">Names of those that are; the journal's word is as old as the last start.</param>
    public static JsonArray Of(IEnumerable<DestinationBacklog> backlogs, IReadOnlyCollection<string> configured, IReadOnlyDictionary<DestinationNumber, DestinationPause> pauses) =>
        new([.. backlogs.Select(backlog => (JsonNode)new JsonObject
        {
            ["destination"] = backlog.Name,
            ["configured"] = configured.Contains(backlog.Name),
            ["undelivered"] = backlog.Events,
            ["oldest"] = backlog.OldestAt is { } oldest ? EventTime.ToText(oldest) : null,
            ["deadLetters"] = backlog.DeadLetters,
            ["pause"] = Of(pauses.GetValueOrDefault(backlog.Number)),
        })]);

    public static JsonObject? Of(DestinationPause? pause) => pause is null ? null : new JsonObject { ["since"] = EventTime.ToText(pause.At), ["by"] = pause.By, ["reason"] = pause.Reason };

    /// <summary>How it stands, as only the running one knows.</summary>
    public static void Add(JsonObject destination, DispatcherStatus status)
    {
        destination["state"] = NameOf(status.State);
        destination["problem"] = status.Problem;
        destination["nextTry"] = status.NextTry is { } next ? EventTime.ToText(next) : null;
        destination["inFlight"] = status.InFlight;
        destination["concurrency"] = status.Concurrency;
        if (status.Lifetimes is { } lifetimes)
            Add(destination, lifetimes);
    }

    /// <summary>As metrics and scripts know a state.</summary>
    public static string NameOf(GateState state) => state.ToString().ToLowerInvariant();

    /// <summary>How old its secrets are and how long its certificates hold, as only the running one knows.</summary>
    public static void Add(JsonObject destination, DestinationLifetimes lifetimes)
    {
        destination["serverCertificateUntil"] = Text(lifetimes.ServerCertificateUntil);
        destination["clientCertificateUntil"] = Text(lifetimes.ClientCertificateUntil);
        destination["secrets"] = new JsonArray([.. lifetimes.Secrets.Select(one => new JsonObject { ["secret"] = one.Secret, ["changedAt"] = EventTime.ToText(one.ChangedAt) })]);
        destination["previousKeyUntil"] = Text(lifetimes.PreviousKeyUntil);
    }

    private static string? Text(DateTimeOffset? at) => at is { } time ? EventTime.ToText(time) : null;
}
