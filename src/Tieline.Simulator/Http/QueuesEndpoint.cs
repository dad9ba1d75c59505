using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Details;
using Tieline.Simulator.Notifications;

namespace Tieline.Simulator.Http;

/// <summary><c>GET /api/v2/routing/queues</c>, page by page.</summary>
internal sealed class QueuesEndpoint(ApiDoor door, QueueDesk desk)
{
    private const int DefaultPageSize = 25;
    private const int MostOfPage = 500;

    public Task HandleAsync(HttpContext context, Action counted) =>
        door.HandleAsync(context, "queues", _ => Task.FromResult(List(context.Request.Query)), counted);

    private ApiAnswer List(IQueryCollection query)
    {
        if (!TryNumber(query["pageSize"], DefaultPageSize, out var size) || size > MostOfPage || !TryNumber(query["pageNumber"], 1, out var number))
        {
            return ApiAnswer.Failed(400, "invalid.value", $"pageSize must be from 1 to {MostOfPage} and pageNumber at least 1");
        }
        var all = desk.All;
        var pages = (all.Count + size - 1) / size;
        return ApiAnswer.Ok(DetailsAnswer.Make(json =>
        {
            json.WriteStartArray("entities");
            foreach (var queue in all.Skip((int)Math.Min((number - 1L) * size, int.MaxValue)).Take(size))
            {
                json.WriteStartObject();
                json.WriteString("id", queue.Id);
                json.WriteString("name", queue.Name);
                json.WriteStartObject("division");
                json.WriteString("id", RecordWriter.Division);
                json.WriteString("name", "Home");
                json.WriteString("selfUri", $"/api/v2/authorization/divisions/{RecordWriter.Division}");
                json.WriteEndObject();
                json.WriteNumber("memberCount", 8);
                json.WriteString("selfUri", $"/api/v2/routing/queues/{queue.Id}");
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("pageSize", size);
            json.WriteNumber("pageNumber", number);
            json.WriteNumber("total", all.Count);
            json.WriteNumber("pageCount", pages);
            json.WriteString("firstUri", Page(size, 1));
            json.WriteString("selfUri", Page(size, number));
            json.WriteString("lastUri", Page(size, Math.Max(1, pages)));
            if (number < pages)
            {
                json.WriteString("nextUri", Page(size, number + 1));
            }
            if (number > 1)
            {
                json.WriteString("previousUri", Page(size, number - 1));
            }
        }));
    }

    private static string Page(int size, int number) => $"{GenesysSimulator.QueuesPath}?pageSize={size}&pageNumber={number}";

    private static bool TryNumber(string? text, int otherwise, out int number)
    {
        number = otherwise;
        return string.IsNullOrEmpty(text) || (int.TryParse(text, out number) && number > 0);
    }
}
