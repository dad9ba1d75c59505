using Tieline.Service.Http;
using Tieline.Service.Web.Access;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Web.Pages.Trust;

/// <summary>Lines of the audit log as a file, as they stand in it: for whoever checks them.</summary>
internal static class AuditExport
{
    public static void MapAuditExport(this IEndpointRouteBuilder routes) => routes.MapGet("/trust/export", WriteAsync).RequireAuthorization();

    private static async Task WriteAsync(HttpContext context, AuditLines lines, AccessMonitor monitor, ConsoleSessions sessions, string? conversation = null, string? action = null, string? from = null, string? to = null)
    {
        monitor.Exported(sessions.ByOf(context.User));
        context.Response.ContentType = "application/x-ndjson";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"tieline-audit.jsonl\"";
        context.Response.Headers.CacheControl = "no-store";
        foreach (var line in lines.Raw(AuditLines.QueryOf(conversation, action, from, to), context.RequestAborted))
            await context.Response.WriteAsync(line + "\n", context.RequestAborted);
    }
}
