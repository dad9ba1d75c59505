using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tieline.Service.Http;

namespace Tieline.Service.Web.Access;

/// <summary>A token for a cookie: by the link that is printed at the start, or typed in.</summary>
internal static class SignIn
{
    public const string Path = "/login";
    public const string Throttle = "sign-in";
    public const string CookieName = "tieline-console";

    /// <summary>Which token the cookie was given for: with another one in the file it is worth nothing.</summary>
    private const string TokenClaim = "token";

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
            var tokens = context.HttpContext.RequestServices.GetRequiredService<ConsoleTokens>();
            if (tokens.RoleOfMark(context.Principal?.FindFirstValue(TokenClaim)) is not { } role || context.Principal?.IsInRole(role) != true)
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
        routes.MapPost("/logout", LeaveAsync).RequireAuthorization();
    }

    /// <summary>The page; with a token in the URL, the way past it: the answer sends the browser on, so that the token stays in no address bar.</summary>
    private static async Task<IResult> ShowAsync(HttpContext context, ConsoleTokens tokens, string? token = null, string? returnUrl = null)
    {
        if (token is null)
            return Page(returnUrl, problem: null);
        return await EnterAsync(context, tokens, token) ? Results.LocalRedirect(Local(returnUrl)) : Page(returnUrl, "This token is not the one in the data directory. It may be of another Tieline, or have been replaced.");
    }

    private static async Task<IResult> TakeAsync(HttpContext context, ConsoleTokens tokens, IAntiforgery antiforgery, [FromForm] string? token = null, [FromForm] string? returnUrl = null)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
            return Page(returnUrl, "The form was too old: try again.");
        return await EnterAsync(context, tokens, token?.Trim() ?? "") ? Results.LocalRedirect(Local(returnUrl)) : Page(returnUrl, "This is not the token that stands in the data directory.");
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, [FromForm] string? _ = null)
    {
        await context.SignOutAsync();
        return Results.LocalRedirect(Path);
    }

    private static async Task<bool> EnterAsync(HttpContext context, ConsoleTokens tokens, string token)
    {
        if (tokens.RoleOf(token) is not { } role)
            return false;
        var claims = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, role), new Claim(ClaimTypes.Role, role), new Claim(TokenClaim, tokens.MarkOf(role))], CookieAuthenticationDefaults.AuthenticationScheme);
        await context.SignInAsync(new ClaimsPrincipal(claims), new AuthenticationProperties { IsPersistent = true });
        return true;
    }

    private static RazorComponentResult<SignInPage> Page(string? returnUrl, string? problem) => new(new { ReturnUrl = Local(returnUrl), Problem = problem })
    {
        StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized,
    };

    private static string Local(string? url) => url is ['/', not '/' and not '\\', ..] and not ['/', 'l', 'o', 'g', ..] ? url : "/";
}
