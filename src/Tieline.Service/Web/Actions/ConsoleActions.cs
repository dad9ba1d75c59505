using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Service.Desks;
using Tieline.Service.Doctor;
using Tieline.Service.Hosting;
using Tieline.Service.Http;
using Tieline.Service.Web.Access;

namespace Tieline.Service.Web.Actions;

/// <summary>
/// What a person may set off in the console: the same desks that the admin API hands its requests to. Whoever is no operator is refused here, whatever their page showed them,
/// and what is done stands in the audit log with <see cref="By"/>.
/// </summary>
internal sealed class ConsoleActions(RunningParts parts, AuthenticationStateProvider who, ConsoleSessions sessions, DestinationDesk destinations, DoctorDesk doctor, TimeProvider time)
{
    /// <summary>Who did it, as the audit log says; of whoever was let in by <see cref="AllowedAsync"/> last, and a console's window is one person's.</summary>
    public string By { get; private set; } = "console";

    public async Task<bool> IsAllowedAsync() => await WhoAsync() is var user && user.IsInRole(ConsoleRoles.Operator) && sessions.Holds(user);

    /// <summary>What would be sent or discarded; changes nothing.</summary>
    public IReadOnlyList<DeadLetterGroup> Plan(DeadLetterQuery query) => parts.Admin?.Desk.Plan(query) ?? [];

    public async Task<DeskReport> ReplayAsync(DeadLetterQuery query, double rate, Action<DeskReport> progress, CancellationToken cancellation) =>
        await (await AllowedAsync()).Desk.ReplayAsync(query, rate, By, progress, cancellation);

    public async Task<DeskReport> DiscardAsync(DeadLetterQuery query, string reason, Action<DeskReport> progress, CancellationToken cancellation) =>
        await (await AllowedAsync()).Desk.DiscardAsync(query, reason, By, progress, cancellation);

    /// <inheritdoc cref="SpanDesk.BackfillAsync"/>
    public async Task<long> BackfillAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) => await SpanDesk.BackfillAsync(await AllowedAsync(), from, to, By, cancellation);

    /// <summary>Holds a span against Genesys's own records.</summary>
    /// <returns>Null: another one is under way.</returns>
    public async Task<ReconcileReport?> ReconcileAsync(DateTimeOffset from, DateTimeOffset to, bool repair, Action<ReconcileFigures> progress, CancellationToken cancellation) =>
        SpanDesk.TryReconcile(await AllowedAsync(), new ReconcileRequest(from, to, repair), By, progress, cancellation, out var running) ? await running : null;

    /// <inheritdoc cref="DestinationDesk.TestAsync"/>
    public async Task<TestReport> TestAsync(string destination, CancellationToken cancellation) => await destinations.TestAsync(await AllowedAsync(), destination, By, cancellation);

    /// <inheritdoc cref="DestinationDesk.PauseAsync"/>
    public async Task<bool> PauseAsync(string destination, string reason, CancellationToken cancellation) => await DestinationDesk.PauseAsync(await AllowedAsync(), destination, reason, By, cancellation);

    /// <inheritdoc cref="DestinationDesk.ResumeAsync"/>
    public async Task<bool> ResumeAsync(string destination, CancellationToken cancellation) => await DestinationDesk.ResumeAsync(await AllowedAsync(), destination, By, cancellation);

    /// <summary>Asks everything that Tieline needs, Genesys and the CRMs too.</summary>
    /// <inheritdoc cref="DoctorDesk.ExamineAsync"/>
    public async Task<ExaminationReport> ExamineAsync(Action<string> progress, CancellationToken cancellation)
    {
        await AllowedAsync();
        return await Task.Run(() => doctor.ExamineAsync(progress, cancellation), cancellation);
    }

    /// <inheritdoc cref="AccessTokens.CreateAsync"/>
    public async Task<string?> CreateTokenAsync(string name, string role, DateTimeOffset? expiresAt, CancellationToken cancellation) =>
        await (await AllowedAsync()).Tokens.CreateAsync(name, role, expiresAt, By, cancellation);

    /// <inheritdoc cref="AccessTokens.RevokeAsync"/>
    public async Task<bool> RevokeTokenAsync(string name, CancellationToken cancellation) => await (await AllowedAsync()).Tokens.RevokeAsync(name, By, cancellation);

    /// <summary>What is wrong with a span; null where nothing is.</summary>
    public string? Check(DateTimeOffset from, DateTimeOffset to) => Http.ApiRequest.Check(from, to, time.GetUtcNow());

    private async Task<AdminParts> AllowedAsync()
    {
        var user = await WhoAsync();
        if (!sessions.Holds(user))
            throw new NotAllowedException("Your session is over; nothing was done. Sign in again.");
        if (!user.IsInRole(ConsoleRoles.Operator))
            throw new NotAllowedException("You are signed in as a viewer. Sign in as an operator, or with the token in 'console-token', to change anything.");
        By = sessions.ByOf(user);
        return parts.Admin ?? throw new InvalidOperationException("Tieline is stopping; nothing was done.");
    }

    private async Task<ClaimsPrincipal> WhoAsync() => (await who.GetAuthenticationStateAsync()).User;
}

/// <summary>Whoever asked is a viewer, or has been signed in for too long.</summary>
internal sealed class NotAllowedException(string why) : InvalidOperationException(why);
