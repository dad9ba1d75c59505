using System.Text;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Service.Http;
using EventId = Tieline.Events.EventId;

namespace Tieline.Service.Web.Pages.Events;

/// <summary>Reads a search from the texts of its URL.</summary>
internal static class EventSearchText
{
    private const int MaxText = 200;

    /// <param name="destination">Its number; null where there is none of this name.</param>
    /// <returns>What is looked for, or what is wrong with it.</returns>
    public static (EventSearch? Search, string? Problem) Read(
        string? q, string? type, string? state, string? queue, string? dest, string? status, string? from, string? to, Func<string, DestinationNumber?> destination)
    {
        if (new[] { q, type, state, queue, dest, status, from, to }.Any(text => text?.Length > MaxText))
            return (null, $"A condition has at most {MaxText} characters.");
        var (since, until) = (Time(from), Time(to));
        if ((Given(from) is not null && since is null) || (Given(to) is not null && until is null))
            return (null, "A time is written 2026-03-02T09:00 or 2026-03-02T09:00:00Z, in UTC.");
        EventStatus? there = status switch { "waiting" => EventStatus.Waiting, "delivered" => EventStatus.Delivered, "dead" => EventStatus.DeadLettered, _ => null };
        DestinationNumber? at = null;
        if (there is not null)
        {
            if (Given(dest) is not { } name)
                return (null, "Choose at which destination.");
            at = destination(name);
            if (at is null)
                return (null, $"There is no destination '{name}'.");
        }

        EventId? id = null;
        if (Given(q) is { } text && text.StartsWith("evt_", StringComparison.Ordinal))
        {
            if (!EventId.TryParse(text, out var parsed))
                return (null, "An event's id is evt_ and 32 hex digits.");
            id = parsed;
        }

        return (new EventSearch(id is null ? Given(q) : null, id, Given(type), Given(state), Given(queue), at, there, since, until), null);
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static DateTimeOffset? Time(string? text)
    {
        if (Given(text) is not { } given)
            return null;
        foreach (var whole in (string[])[given, given + "Z", given + ":00Z", given + "T00:00:00Z"])
        {
            if (EventTime.TryParse(Encoding.UTF8.GetBytes(whole), out var time) && ApiRequest.IsAllowed(time))
                return time;
        }

        return null;
    }
}
