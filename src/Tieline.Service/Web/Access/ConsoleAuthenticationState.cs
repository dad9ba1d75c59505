using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Tieline.Service.Web.Access;

/// <summary>Who sits at an open window. Its connection outlives the cookie: so the session is looked at again each minute, and what is shown ends with it.</summary>
internal sealed class ConsoleAuthenticationState(ConsoleSessions sessions, ILoggerFactory loggers) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval { get; } = TimeSpan.FromMinutes(1);

    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        Task.FromResult(sessions.Holds(authenticationState.User));
}
