using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Tieline.Service.Configuration;
using Tieline.Service.Http;

namespace Tieline.Service.Web.Access;

/// <summary>
/// Sign-in through an OpenID Connect provider: authorization code with PKCE. Nothing is asked of the provider before somebody presses the button, and nothing of it is kept but a name and a role.
/// <c>docs/adr/0032-sign-in-through-a-provider.md</c> says how it goes with <c>SameSite=Strict</c>.
/// </summary>
internal static partial class OidcSignIn
{
    public const string Scheme = "oidc";
    public const string StartPath = "/login/oidc";
    public const string CallbackPath = "/login/oidc/callback";
    public const string EnteredPath = "/login/entered";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _skew = TimeSpan.FromMinutes(2);

    /// <summary>Signatures that only the provider can make.</summary>
    private static readonly string[] _signatures =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public static void AddOidc(this AuthenticationBuilder authentication, HttpOptions http)
    {
        if (http.Oidc.IsOn)
            authentication.AddOpenIdConnect(Scheme, options => Configure(options, http));
    }

    public static void MapOidc(this IEndpointRouteBuilder routes, OidcOptions oidc)
    {
        if (!oidc.IsOn)
            return;
        routes.MapGet(StartPath, StartAsync);
        routes.MapGet(EnteredPath, Entered);
    }

    private static void Configure(OpenIdConnectOptions options, HttpOptions http)
    {
        var oidc = http.Oidc;
        options.Authority = oidc.Authority!.OriginalString;
        options.RequireHttpsMetadata = oidc.Authority.Scheme == Uri.UriSchemeHttps;
        options.ClientId = oidc.ClientId;
        options.ClientSecret = oidc.ClientSecret.IsEmpty ? null : oidc.ClientSecret.Reveal();
        options.Scope.Clear();
        foreach (var scope in oidc.Scopes)
            options.Scope.Add(scope);
        options.CallbackPath = CallbackPath;
        options.ResponseType = OpenIdConnectResponseType.Code;
        // Not a form that another site posts: no cookie would come with it, short of SameSite=None.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.MapInboundClaims = false;
        options.GetClaimsFromUserInfoEndpoint = oidc.UserInfo;
        options.ClaimActions.Clear();
        foreach (var claim in (string[])[oidc.NameClaim, oidc.RoleClaim])
            options.ClaimActions.MapJsonKey(claim, claim);
        options.SaveTokens = false;
        options.DisableTelemetry = true;
        options.BackchannelTimeout = _patience;
        options.TokenValidationParameters.ValidAlgorithms = _signatures;
        options.TokenValidationParameters.ClockSkew = _skew;
        options.ProtocolValidator.NonceLifetime = options.RemoteAuthenticationTimeout;
        // They come along when the provider sends the browser back: a navigation from another site.
        foreach (var cookie in (CookieBuilder[])[options.CorrelationCookie, options.NonceCookie])
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = http.PublicUrl?.Scheme == Uri.UriSchemeHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        }

        options.CorrelationCookie.Name = "tieline-oidc-";
        options.NonceCookie.Name = "tieline-nonce-";
        options.Events.OnRedirectToIdentityProvider = context =>
        {
            if (http.PublicUrl is { } site)
                context.ProtocolMessage.RedirectUri = new Uri(site, CallbackPath).ToString();
            return Task.CompletedTask;
        };
        // For a code the library asks for no signature, since the token comes over TLS; ValidAlgorithms is not held against a token that has none.
        options.Events.OnTokenValidated = context =>
        {
            if (!_signatures.Contains(context.SecurityToken.Header.Alg, StringComparer.Ordinal))
                context.Fail(new SecurityTokenInvalidAlgorithmException("The ID token is not signed, or not by a key that the provider alone has.") { InvalidAlgorithm = context.SecurityToken.Header.Alg });
            return Task.CompletedTask;
        };
        options.Events.OnTicketReceived = EnterAsync;
        options.Events.OnAccessDenied = async context =>
        {
            await FailAsync(context.HttpContext, OidcFailure.Denied(oidc.Authority.Host), context.ReturnUrl);
            context.HandleResponse();
        };
        options.Events.OnRemoteFailure = async context =>
        {
            context.HttpContext.RequestServices.GetRequiredService<AccessMonitor>().Refused(Refusal.Provider);
            await FailAsync(context.HttpContext, Failure(context.HttpContext, context.Failure), context.Properties?.RedirectUri);
            context.HandleResponse();
        };
    }

    /// <summary>Only attempts that fail are counted, whoever makes them: while the provider does not answer it is asked ten times a minute at most, and nobody is kept from one that does.</summary>
    private static async Task StartAsync(HttpContext context, RefusalThrottle throttle, string? returnUrl = null)
    {
        if (throttle.WaitOf(Scheme) is { } wait)
        {
            await SignIn.TooManyAsync(context, wait, returnUrl);
            return;
        }

        try
        {
            await context.ChallengeAsync(Scheme, new AuthenticationProperties { RedirectUri = SignIn.Local(returnUrl) });
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            throttle.Refused(Scheme);
            await FailAsync(context, Failure(context, e), returnUrl);
        }
    }

    /// <summary>The provider has said who it is: the cookie holds the name and the role that follow, for as long as they may be held without asking again.</summary>
    private static async Task EnterAsync(TicketReceivedContext context)
    {
        var services = context.HttpContext.RequestServices;
        var oidc = services.GetRequiredService<TielineOptions>().Http.Oidc;
        if (OidcPerson.Of([.. context.Principal!.Claims], oidc) is not { } person)
        {
            LogRefused(LoggerOf(services), oidc.RoleClaim);
            services.GetRequiredService<AccessMonitor>().Refused(Refusal.Provider);
            await SignIn.Page(context.HttpContext, context.ReturnUri, StatusCodes.Status403Forbidden, refusal:
                $"{oidc.Authority!.Host} knows you, but you are neither operator nor viewer of this Tieline. Ask whoever runs it: your '{oidc.RoleClaim}' at the identity provider must hold one of the values that Http:Oidc names.");
            context.HandleResponse();
            return;
        }

        var sessions = services.GetRequiredService<ConsoleSessions>();
        (context.Principal, var until) = sessions.OfPerson(person);
        services.GetRequiredService<AccessMonitor>().SignedIn(sessions.ByOf(context.Principal), person.Role, "provider");
        context.Properties = new AuthenticationProperties { IsPersistent = true, ExpiresUtc = until, AllowRefresh = false };
        // Not straight to the page: to a browser that still is a navigation from the provider's site, and the new cookie, which is Strict, would stay behind.
        context.ReturnUri = $"{EnteredPath}{QueryString.Create("returnUrl", SignIn.Local(context.ReturnUri))}";
    }

    private static RazorComponentResult<EnteredPage> Entered(string? returnUrl = null) => new(new { ReturnUrl = SignIn.Local(returnUrl) });

    private static OidcFailure Failure(HttpContext context, Exception? failure)
    {
        var http = context.RequestServices.GetRequiredService<TielineOptions>().Http;
        return OidcFailure.Of(failure, http.Oidc.Authority!.Host, http.PublicUrl?.GetLeftPart(UriPartial.Authority) ?? $"{context.Request.Scheme}://{context.Request.Host}");
    }

    private static Task FailAsync(HttpContext context, OidcFailure failure, string? returnUrl)
    {
        LogFailed(LoggerOf(context.RequestServices), failure.Logged);
        return SignIn.Page(context, returnUrl, failure.Status, refusal: failure.Said);
    }

    private static ILogger LoggerOf(IServiceProvider services) => services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OidcSignIn).FullName!);
}
