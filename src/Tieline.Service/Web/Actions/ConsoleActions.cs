using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components.Authorization;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Web.Access;

namespace Tieline.Service.Web.Actions;

/// <summary>
/// What a person may set off in the console: the same desks that the admin API hands its requests to. Whoever is no operator is refused here, whatever their page showed them,
/// and what is done stands in the audit log with <see cref="By"/>.
/// </summary>
internal sealed class ConsoleActions(RunningParts parts, AuthenticationStateProvider who, ConsoleSessions sessions, TielineOptions options, ILoggerFactory loggers, TimeProvider time)
{
    /// <summary>Who did it, as the audit log says, where the token let them in: whoever has it.</summary>
    public const string ByToken = "console";

    /// <summary>Before a person's name, so that no name can pass for the token, or for a command.</summary>
    private const string ByPerson = "oidc:";

    private const string Requested = "requested";

    /// <summary>Who did it, as the audit log says; of whoever was let in by <see cref="AllowedAsync"/> last, and a console's window is one person's.</summary>
    public string By { get; private set; } = ByToken;

    public async Task<bool> IsAllowedAsync() => await WhoAsync() is var user && user.IsInRole(ConsoleRoles.Operator) && sessions.Holds(user);

    /// <summary>What would be sent or discarded; changes nothing.</summary>
    public IReadOnlyList<DeadLetterGroup> Plan(DeadLetterQuery query) => parts.Admin?.Desk.Plan(query) ?? [];

    public async Task<DeskReport> ReplayAsync(DeadLetterQuery query, double rate, Action<DeskReport> progress, CancellationToken cancellation) =>
        await (await AllowedAsync()).Desk.ReplayAsync(query, rate, By, progress, cancellation);

    public async Task<DeskReport> DiscardAsync(DeadLetterQuery query, string reason, Action<DeskReport> progress, CancellationToken cancellation) =>
        await (await AllowedAsync()).Desk.DiscardAsync(query, reason, By, progress, cancellation);

    /// <summary>Has a span fetched.</summary>
    /// <returns>The number of the gap that stands for it.</returns>
    public async Task<long> BackfillAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        var admin = await AllowedAsync();
        var number = await admin.Intake.RequestAsync(from, to, cancellation);
        await NoteAsync(admin, "backfill", from, to, cancellation);
        await admin.Journal.WaitForDurabilityAsync(cancellation);
        return number;
    }

    /// <summary>Holds a span against Genesys's own records.</summary>
    /// <returns>Null: another one is under way.</returns>
    public async Task<ReconcileReport?> ReconcileAsync(DateTimeOffset from, DateTimeOffset to, bool repair, Action<ReconcileFigures> progress, CancellationToken cancellation)
    {
        var admin = await AllowedAsync();
        if (!admin.Reconciling.TryBegin(new ReconcileRequest(from, to, repair), progress, cancellation, out var running))
            return null;
        await NoteAsync(admin, repair ? "reconcile and repair" : "reconcile", from, to, cancellation);
        return await running;
    }

    /// <summary>Sends a made-up event to a destination, as any event is sent, beside all that waits.</summary>
    /// <returns>What came of it, in a sentence.</returns>
    public async Task<(bool IsGood, string Said)> TestAsync(string destination, CancellationToken cancellation)
    {
        var admin = await AllowedAsync();
        var configured = options.Destinations.First(one => one.Name == destination);
        using var handler = Destination.CreateHandler(configured);
        using var metrics = new TielineMetrics(); // none of the real ones: it says nothing about what people's events meet
        var detail = new JsonObject { ["what"] = "test event", ["destination"] = destination, ["by"] = By };
        await admin.Journal.PostAsync(new JournalWork.Note(Requested, detail.ToJsonString()), cancellation);
        var began = time.GetTimestamp();
        var outcome = await Destination.Create(configured, handler, ProgramVersion.Text, time, metrics, loggers).SendAsync(SampleEntries.All[0], cancellation);
        var took = Shell.Show.Span(time.GetElapsedTime(began));
        return outcome switch
        {
            DeliveryOutcome.Accepted accepted => (true, $"Accepted with {accepted.Status} in {took}."),
            DeliveryOutcome.Rejected rejected => (false, $"Refused for good with {rejected.Status}: {rejected.Reason}. A real event would be a dead letter."),
            DeliveryOutcome.BackOff backOff => (false, $"Not taken ({backOff.Reason}{(backOff.Status is { } status ? $", answer {status}" : "")}) after {took}. A real event would be tried again."),
            _ => (false, "Nothing is known of it."),
        };
    }

    /// <summary>What is wrong with a span; null where nothing is.</summary>
    public string? Check(DateTimeOffset from, DateTimeOffset to) => Http.SpanRequest.Check(from, to, time.GetUtcNow());

    private ValueTask NoteAsync(AdminParts admin, string what, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) => admin.Journal.PostAsync(
        new JournalWork.Note(Requested, new JsonObject { ["what"] = what, ["from"] = EventTime.ToText(from), ["to"] = EventTime.ToText(to), ["by"] = By }.ToJsonString()), cancellation);

    private async Task<AdminParts> AllowedAsync()
    {
        var user = await WhoAsync();
        if (!sessions.Holds(user))
            throw new NotAllowedException("Your session is over; nothing was done. Sign in again.");
        if (!user.IsInRole(ConsoleRoles.Operator))
            throw new NotAllowedException("You are signed in as a viewer. Sign in as an operator, or with the token in 'console-token', to change anything.");
        By = ConsoleSessions.PersonOf(user) is { } person ? ByPerson + person : ByToken;
        return parts.Admin ?? throw new InvalidOperationException("Tieline is stopping; nothing was done.");
    }

    private async Task<ClaimsPrincipal> WhoAsync() => (await who.GetAuthenticationStateAsync()).User;
}

/// <summary>Whoever asked is a viewer, or has been signed in for too long.</summary>
internal sealed class NotAllowedException(string why) : InvalidOperationException(why);
