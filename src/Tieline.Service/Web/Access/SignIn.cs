using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tieline.Service.Configuration;
using Tieline.Service.Http;

namespace Tieline.Service.Web.Access;

/// <summary>A cookie for a token that is typed in, or for the code of a link, which works once (<see cref="SignInCodes"/>). Beside it, where one is configured, the way through a provider (<see cref="OidcSignIn"/>).</summary>
internal static class SignIn
{
    public const string Path = "/login";
    public const string CookieName = "tieline-console";

    private static readonly TimeSpan _lasts = TimeSpan.FromHours(12);

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
        routes.MapGet(Path, ShowAsync);
        routes.MapPost(Path, TakeAsync).DisableAntiforgery(); // it looks itself, so that it can answer with the page
        routes.MapOidc(routes.ServiceProvider.GetRequiredService<TielineOptions>().Http.Oidc);
        routes.MapPost("/logout", LeaveAsync).RequireAuthorization();
    }

    /// <summary>The page; with a code in the URL, the way past it. What a browser keeps of the URL is worth nothing any more.</summary>
    private static async Task ShowAsync(HttpContext context, SignInCodes codes, AccessTokens tokens, string? code = null, string? returnUrl = null)
    {
        if (code is null)
            await Page(context, returnUrl);
        else if (codes.Take(code) is { } token && tokens.OfMark(token.Mark) is not null)
            await EnterAsync(context, token, "link", returnUrl);
        else
            await RefuseAsync(context, Refusal.Code, returnUrl, "This link was used, or is too old. 'tieline console' prints another one; or enter a token.");
    }

    private static async Task TakeAsync(HttpContext context, IAntiforgery antiforgery, AccessTokens tokens, [FromForm] string? token = null, [FromForm] string? returnUrl = null)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
            await Page(context, returnUrl, StatusCodes.Status401Unauthorized, "The form was too old: try again.");
        else if (tokens.Find(token?.Trim() ?? "") is not { } found)
            await RefuseAsync(context, Refusal.Token, returnUrl, "This is no token of this Tieline: it may be of another one, or have expired, or been revoked.");
        else if (!AccessRoles.EntersConsole(found.Role))
            await RefuseAsync(context, Refusal.Role, returnUrl, $"This token is for the API alone: its role is '{found.Role}'.");
        else
            await EnterAsync(context, found, "token", returnUrl);
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, ConsoleSessions sessions, [FromForm] string? _ = null)
    {
        await sessions.EndAsync(context.User);
        await context.SignOutAsync();
        return Results.LocalRedirect(Path);
    }

    private static async Task EnterAsync(HttpContext context, AccessToken token, string way, string? returnUrl)
    {
        var (principal, _) = context.RequestServices.GetRequiredService<ConsoleSessions>().OfToken(token);
        await context.SignInAsync(principal, new AuthenticationProperties { IsPersistent = true });
        context.RequestServices.GetRequiredService<AccessMonitor>().SignedIn(token.ByConsole, token.Role, way);
        await Results.LocalRedirect(Local(returnUrl)).ExecuteAsync(context);
    }

    /// <summary>Only what is refused is counted: however often strangers try, whoever has a right token gets in.</summary>
    private static async Task RefuseAsync(HttpContext context, Refusal refusal, string? returnUrl, string problem)
    {
        context.RequestServices.GetRequiredService<AccessMonitor>().Refused(refusal);
        if (context.RequestServices.GetRequiredService<RefusalThrottle>().Refused(AddressOf(context)) is { } wait)
            await TooManyAsync(context, wait, returnUrl);
        else
            await Page(context, returnUrl, StatusCodes.Status401Unauthorized, problem);
    }

    /// <summary>Answers that whoever asks must wait.</summary>
    public static Task TooManyAsync(HttpContext context, TimeSpan wait, string? returnUrl)
    {
        var seconds = (int)Math.Ceiling(wait.TotalSeconds);
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Page(context, returnUrl, StatusCodes.Status429TooManyRequests, $"Too many attempts from this address were refused. Try again in {seconds} s; a right token works at once.");
    }

    public static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";

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
