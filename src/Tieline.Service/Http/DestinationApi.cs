using System.Text.Json.Nodes;
using Tieline.Service.Desks;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>The destinations that the journal knows, and what is decided about them.</summary>
internal static class DestinationApi
{
    private const string Unknown = "There is no such destination.";

    public static Task ListAsync(ApiCall call, DestinationDesk desk) => call.WriteAsync(new JsonObject { ["destinations"] = Of(call.Admin, desk) });

    public static Task OneAsync(ApiCall call, DestinationDesk desk)
    {
        var name = call.InPath("name");
        return Of(call.Admin, desk).FirstOrDefault(one => one!["destination"]!.GetValue<string>() == name) is { } found
            ? call.WriteAsync(found.DeepClone().AsObject())
            : call.RefuseAsync(StatusCodes.Status404NotFound, Unknown);
    }

    public static async Task DiscardAsync(ApiCall call)
    {
        var (admin, asked) = (call.Admin, call.Asked);
        var (isDry, reason, name) = (asked.Flag("dryRun"), asked.Reason(), call.InPath("name"));
        if ((asked.Problem ?? (reason is null && !isDry ? "reason is required: it stands in the audit log" : null)) is { } problem)
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
        else if (admin.Desk.IsConfigured(name))
            await call.RefuseAsync(StatusCodes.Status409Conflict, Configured(name));
        else if (Of(admin).FirstOrDefault(one => one!["destination"]!.GetValue<string>() == name) is not { } found)
            await call.RefuseAsync(StatusCodes.Status404NotFound, Unknown);
        else if (isDry)
            await call.WriteAsync(new JsonObject { ["plan"] = new JsonArray(found.DeepClone()) });
        else
            await DeadLetterApi.DoAsync(call, (_, cancellation) => admin.Desk.DiscardAsync(name, reason!, asked.By(), cancellation));
    }

    public static async Task PauseAsync(ApiCall call, DestinationDesk desk)
    {
        var (admin, asked) = (call.Admin, call.Asked);
        var (name, reason) = (call.InPath("name"), asked.Text("reason")?.Trim());
        if (await IsRefusedAsync(call, desk, asked.Problem ?? DestinationDesk.CheckReason(reason)))
            return;
        if (await DestinationDesk.PauseAsync(admin, name, reason!, asked.By(), call.Aborted))
            await AnswerAsync(call, name);
        else
            await call.RefuseAsync(StatusCodes.Status409Conflict, DestinationDesk.PauseOf(admin, name) is { } pause ? PausedAlready(name, pause.By) : $"Destination '{name}' is being decided on by somebody else.");
    }

    public static async Task ResumeAsync(ApiCall call, DestinationDesk desk)
    {
        var (admin, asked) = (call.Admin, call.Asked);
        var name = call.InPath("name");
        if (await IsRefusedAsync(call, desk, asked.Problem))
            return;
        if (await DestinationDesk.ResumeAsync(admin, name, asked.By(), call.Aborted))
            await AnswerAsync(call, name);
        else
            await call.RefuseAsync(StatusCodes.Status409Conflict, NotPaused(name));
    }

    public static async Task TestAsync(ApiCall call, DestinationDesk desk)
    {
        var (admin, asked) = (call.Admin, call.Asked);
        var name = call.InPath("name");
        if (!await IsRefusedAsync(call, desk, asked.Problem))
            await call.WriteAsync((await desk.TestAsync(admin, name, asked.By(), call.Aborted)).ToJson());
    }

    public static string Configured(string name) => $"Destination '{name}' is configured: its events are on their way. Take it out of the configuration first.";

    public static string NotConfigured(string name) => $"There is no destination '{name}' in the configuration.";

    public static string NotPaused(string name) => $"Destination '{name}' is not paused.";

    public static string PausedAlready(string name, string by) => $"Destination '{name}' is paused already, by {by}.";

    /// <summary>Whether what is asked has been refused: it is badly said, or of a destination that is not configured.</summary>
    private static async Task<bool> IsRefusedAsync(ApiCall call, DestinationDesk desk, string? problem)
    {
        var name = call.InPath("name");
        if (problem is not null)
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
        else if (!desk.IsConfigured(name))
            await call.RefuseAsync(StatusCodes.Status404NotFound, NotConfigured(name));
        else
            return false;
        return true;
    }

    private static Task AnswerAsync(ApiCall call, string name) =>
        call.WriteAsync(new JsonObject { ["destination"] = name, ["pause"] = DestinationJson.Of(DestinationDesk.PauseOf(call.Admin, name)) });

    private static JsonArray Of(AdminParts admin, DestinationDesk desk)
    {
        var list = Of(admin);
        foreach (var one in list)
        {
            if (desk.StatusOf(one!["destination"]!.GetValue<string>()) is { } status)
                DestinationJson.Add(one.AsObject(), status);
        }

        return list;
    }

    private static JsonArray Of(AdminParts admin)
    {
        var (backlogs, pauses) = admin.Journal.Read(reader => (reader.ReadBacklogs(), reader.ReadPauses()));
        return DestinationJson.Of(backlogs, [.. backlogs.Select(backlog => backlog.Name).Where(admin.Desk.IsConfigured)], pauses);
    }
}
