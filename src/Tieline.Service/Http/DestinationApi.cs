using System.Text.Json.Nodes;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>The destinations that the journal knows, and what is decided about those that are no longer configured.</summary>
internal static class DestinationApi
{
    public static Task ListAsync(HttpContext context, AdminParts admin, RunningParts parts)
    {
        var list = Of(admin);
        foreach (var one in list.OfType<JsonObject>())
        {
            if (parts.Current?.Dispatchers.FirstOrDefault(dispatcher => dispatcher.Lifetimes.Destination == one["destination"]!.GetValue<string>()) is { } dispatcher)
                DestinationJson.Add(one, dispatcher.Lifetimes);
        }

        return DeadLetterApi.WriteAsync(context, new JsonObject { ["destinations"] = list });
    }

    public static async Task DiscardAsync(HttpContext context, AdminParts admin)
    {
        var asked = await DeadLetterRequest.ReadAsync(context.Request, "dryRun", "reason", "by");
        var (isDry, reason, name) = (asked.Flag("dryRun"), asked.Text("reason"), (string)context.Request.RouteValues["name"]!);
        if ((asked.Problem ?? (reason is null && !isDry ? "reason is required: it stands in the audit log" : null)) is { } problem)
            await Problem.WriteAsync(context.Response, StatusCodes.Status400BadRequest, problem);
        else if (admin.Desk.IsConfigured(name))
            await Problem.WriteAsync(context.Response, StatusCodes.Status409Conflict, Configured(name));
        else if (Of(admin).FirstOrDefault(one => one!["destination"]!.GetValue<string>() == name) is not { } found)
            await Problem.WriteAsync(context.Response, StatusCodes.Status404NotFound, "There is no such destination.");
        else if (isDry)
            await DeadLetterApi.WriteAsync(context, new JsonObject { ["plan"] = new JsonArray(found.DeepClone()) });
        else
            await DeadLetterApi.DoAsync(context, (_, cancellation) => admin.Desk.DiscardAsync(name, reason!, asked.By(), cancellation));
    }

    public static string Configured(string name) => $"Destination '{name}' is configured: its events are on their way. Take it out of the configuration first.";

    private static JsonArray Of(AdminParts admin)
    {
        var backlogs = admin.Journal.Read(reader => reader.ReadBacklogs());
        return DestinationJson.Of(backlogs, [.. backlogs.Select(backlog => backlog.Name).Where(admin.Desk.IsConfigured)]);
    }
}
