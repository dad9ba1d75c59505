using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tieline.Service.Configuration;
using Tieline.Service.Http;

namespace Tieline.Service.Web.Access;

/// <summary>A token for a cookie: by the link that is printed at the start, or typed in. Beside it, where one is configured, the way through a provider (<see cref="OidcSignIn"/>).</summary>
internal static class SignIn
{
    public const string Path = "/login";
    public const string Throttle = "sign-in";
    public const string CookieName = "tieline-console";

    private static readonly TimeSpan _lasts = TimeSpan.FromHours(12);

    /// <summary>Where a browser is signed in by going there. As secret as the token.</summary>
    public static Uri LinkTo(Uri address, string token) => new(address, $"{Path}?token={token}");

    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = CookieName;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = _lasts;
        options.SlidingExpiration = true;
        options.LoginPath = Path;
        options.AccessDeniedPath = Path;
        options.Events.OnValidatePrincipal = async context =>
        {
            if (!context.HttpContext.RequestServices.GetRequiredService<ConsoleSessions>().Holds(context.Principal))
            {
                context.RejectPrincipal();
                await context.HttpContext.SignOutAsync();
            }
        };
    }

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ShowAsync).RequireRateLimiting(Throttle);
        routes.MapPost(Path, TakeAsync).RequireRateLimiting(Throttle).DisableAntiforgery(); // it looks itself, so that it can answer with the page
        routes.MapOidc(routes.ServiceProvider.GetRequiredService<TielineOptions>().Http.Oidc);
        routes.MapPost("/logout", LeaveAsync).RequireAuthorization();
    }

    /// <summary>The page; with a token in the URL, the way past it: the answer sends the browser on, so that the token stays in no address bar.</summary>
    private static async Task ShowAsync(HttpContext context, string? token = null, string? returnUrl = null)
    {
        if (token is null)
            await Page(context, returnUrl);
        else
            await EnterAsync(context, token, returnUrl, "This token is not the one in the data directory. It may be of another Tieline, or have been replaced.");
    }

    private static async Task TakeAsync(HttpContext context, IAntiforgery antiforgery, [FromForm] string? token = null, [FromForm] string? returnUrl = null)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
            await Page(context, returnUrl, StatusCodes.Status401Unauthorized, "The form was too old: try again.");
        else
            await EnterAsync(context, token?.Trim() ?? "", returnUrl, "This is not the token that stands in the data directory.");
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, [FromForm] string? _ = null)
    {
        await context.SignOutAsync();
        return Results.LocalRedirect(Path);
    }

    private static async Task EnterAsync(HttpContext context, string token, string? returnUrl, string otherwise)
    {
        if (context.RequestServices.GetRequiredService<ConsoleTokens>().RoleOf(token) is not { } role)
        {
            await Page(context, returnUrl, StatusCodes.Status401Unauthorized, otherwise);
            return;
        }

        await context.SignInAsync(context.RequestServices.GetRequiredService<ConsoleSessions>().OfToken(role), new AuthenticationProperties { IsPersistent = true });
        await Results.LocalRedirect(Local(returnUrl)).ExecuteAsync(context);
    }

    /// <summary>Answers with the sign-in page.</summary>
    /// <param name="problem">What is wrong with the token that was given.</param>
    /// <param name="refusal">Why the way through the provider led nowhere.</param>
    public static Task Page(HttpContext context, string? returnUrl, int status = StatusCodes.Status200OK, string? problem = null, string? refusal = null)
    {
        var oidc = context.RequestServices.GetRequiredService<TielineOptions>().Http.Oidc;
        context.Response.Headers.CacheControl = "no-store";
        return new RazorComponentResult<SignInPage>(new { ReturnUrl = Local(returnUrl), Problem = problem, Refusal = refusal, Provider = oidc.IsOn ? oidc.Name : null }) { StatusCode = status }.ExecuteAsync(context);
    }

    /// <returns>A path of the console; nothing that a browser takes for another site's address, and not the sign-in again.</returns>
    public static string Local(string? url) => url is ['/', not '/' and not '\\', ..] and not ['/', 'l', 'o', 'g', ..] && !url.Any(char.IsControl) ? url : "/";
}
