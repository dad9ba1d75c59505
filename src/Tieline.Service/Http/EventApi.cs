using System.Globalization;
using System.Text.Json.Nodes;
using Tieline.Journal;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Http;

/// <summary>What the journal has of events.</summary>
internal sealed class EventApi(JournalDesk journal)
{
    /// <summary>How a destination stands to an event, as it is asked for.</summary>
    public static readonly string[] Statuses = ["waiting", "delivered", "dead"];

    public async Task SearchAsync(ApiCall call)
    {
        var (search, before, limit) = (await SearchOfAsync(call), call.Asked.Cursor(), call.Asked.Limit());
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        await call.WriteAsync(await journal.ReadAsync(reader =>
        {
            var found = reader.Search(search, before is { } position ? new JournalPosition(position) : null, limit);
            return new JsonObject
            {
                ["events"] = new JsonArray([.. found.Events.Take(limit).Select(one => EventJson.Of(one, reader))]),
                ["lookedBackTo"] = found.LookedBackTo is { } at ? Events.EventTime.ToText(at) : null,
                ["next"] = found.Next?.Value.ToString(CultureInfo.InvariantCulture),
            };
        }, call.Aborted));
    }

    public async Task OneAsync(ApiCall call) =>
        await (call.NumberInPath("position") is { } position
        && await journal.ReadAsync(reader => reader.ReadFound(new JournalPosition(position)) is { } found ? EventJson.Whole(found, reader) : null, call.Aborted) is { } json
            ? call.WriteAsync(json)
            : call.RefuseAsync(StatusCodes.Status404NotFound, "There is no such event: it never was, or retention has taken it."));

    /// <summary>What is asked for, as the search and the stream take it.</summary>
    public async Task<EventSearch> SearchOfAsync(ApiCall call)
    {
        var asked = call.Asked;
        var (destination, status) = (asked.Text("destination"), asked.Word("status", Statuses));
        DestinationNumber? number = destination is null ? null : await journal.ReadAsync(reader => reader.ReadDestinations().TryGetValue(destination, out var known) ? known : (DestinationNumber?)null, call.Aborted);
        asked.Refuse(destination is not null && number is null ? $"there is no destination '{destination}'" : (status is null) != (destination is null) ? "destination and status go together: where an event stands there" : null);
        EventStatus? stands = status switch { "waiting" => EventStatus.Waiting, "delivered" => EventStatus.Delivered, "dead" => EventStatus.DeadLettered, _ => null };
        var (from, to) = asked.Between();
        return new EventSearch(asked.Text("conversation"), asked.Id("id"), asked.Text("type"), asked.Text("state"), asked.Text("queue"), number, stands, from, to);
    }
}
