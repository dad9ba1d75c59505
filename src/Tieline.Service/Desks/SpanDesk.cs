using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Service.Hosting;

namespace Tieline.Service.Desks;

/// <summary>What a person may have done about a span of time: for the API, the console and the commands alike. That it was asked for stands in the audit log.</summary>
internal static class SpanDesk
{
    /// <summary>Has a span fetched. Done once that is durable.</summary>
    /// <param name="by">Who asks.</param>
    /// <returns>The number of the gap that stands for it.</returns>
    public static async Task<long> BackfillAsync(AdminParts admin, DateTimeOffset from, DateTimeOffset to, string by, CancellationToken cancellation)
    {
        var number = await admin.Intake.RequestAsync(from, to, cancellation);
        await admin.Journal.PostAsync(LineOf("backfill", from, to, by), cancellation);
        await admin.Journal.WaitForDurabilityAsync(cancellation);
        return number;
    }

    /// <summary>Holds a span against Genesys's own records.</summary>
    /// <param name="by">Who asks.</param>
    /// <param name="progress">Told of the figures so far.</param>
    /// <param name="running">Makes the report.</param>
    /// <returns>False: another one is under way.</returns>
    public static bool TryReconcile(
        AdminParts admin, ReconcileRequest asked, string by, Action<ReconcileFigures> progress, CancellationToken cancellation, [NotNullWhen(true)] out Task<ReconcileReport>? running)
    {
        running = admin.Reconciling.TryBegin(asked, progress, cancellation, out var begun) ? FollowAsync(admin, asked, by, begun, cancellation) : null;
        return running is not null;
    }

    /// <summary>What stands in the audit log of a reconciliation that was asked for.</summary>
    public static JournalWork LineOf(ReconcileRequest asked, string by) => LineOf(asked.Repair ? "reconcile and repair" : "reconcile", asked.From, asked.To, by);

    private static async Task<ReconcileReport> FollowAsync(AdminParts admin, ReconcileRequest asked, string by, Task<ReconcileReport> running, CancellationToken cancellation)
    {
        await admin.Journal.PostAsync(LineOf(asked, by), cancellation);
        return await running;
    }

    private static JournalWork.Note LineOf(string what, DateTimeOffset from, DateTimeOffset to, string by) =>
        new("requested", new JsonObject { ["what"] = what, ["from"] = EventTime.ToText(from), ["to"] = EventTime.ToText(to), ["by"] = by }.ToJsonString());
}
