using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Tieline.TestKit;

/// <summary>
/// An OpenID Connect provider on loopback, under the name <c>localhost</c>: to a browser that is another site than <c>127.0.0.1</c>. It holds a client to what the protocol asks of it:
/// its secret, its redirect URI, PKCE, and a code that is good once.
/// </summary>
public sealed class IdentityProvider : IAsyncDisposable
{
    public const string ClientId = "tieline";
    public const string ClientSecret = "secret-of-the-provider-2718";

    private readonly WebApplication _app;
    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "first" };
    private readonly ConcurrentDictionary<string, Asked> _codes = new(StringComparer.Ordinal);
    private int _number;

    private IdentityProvider(WebApplication app)
    {
        _app = app;
        app.Use((context, next) =>
        {
            Requests++;
            if (!IsDown)
                return next(context);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = Authority,
            ["authorization_endpoint"] = $"{Authority}/authorize",
            ["token_endpoint"] = $"{Authority}/token",
            ["userinfo_endpoint"] = $"{Authority}/userinfo",
            ["jwks_uri"] = $"{Authority}/keys",
            ["response_types_supported"] = (string[])["code"],
            ["code_challenge_methods_supported"] = (string[])["S256"],
        }));
        app.MapGet("/keys", () =>
        {
            var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key.Rsa.ExportParameters(includePrivateParameters: false)) { KeyId = _key.KeyId });
            return Results.Json(new { keys = (object[])[new { kty = key.Kty, use = "sig", alg = "RS256", kid = key.Kid, n = key.N, e = key.E }] });
        });
        // A browser asks for it by itself, and complains.
        app.MapGet("/favicon.ico", () => Results.NoContent());
        app.MapGet("/authorize", Authorize);
        app.MapGet("/approve", Approve);
        app.MapPost("/token", (Delegate)TokenAsync);
        app.MapGet("/userinfo", () => Results.Json(UserInfo));
    }

    public string Authority => $"http://localhost:{new Uri(_app.Urls.First()).Port}";

    /// <summary>Whoever signs in next, beside <c>sub</c>.</summary>
    public Dictionary<string, object> Claims { get; } = new(StringComparer.Ordinal) { ["preferred_username"] = "alice" };

    public Dictionary<string, object> UserInfo { get; } = new(StringComparer.Ordinal) { ["sub"] = "u-1" };

    /// <summary>Spoils the ID token before it is signed.</summary>
    public Action<SecurityTokenDescriptor>? Spoil { get; set; }

    /// <summary>What the token endpoint answers in place of tokens: one of OAuth's error codes.</summary>
    public string? Refusal { get; set; }

    /// <summary>Answers 503 to all.</summary>
    public bool IsDown { get; set; }

    public int Requests { get; private set; }

    /// <summary>What the client last asked the browser to bring here.</summary>
    public IReadOnlyDictionary<string, string>? LastAsked { get; private set; }

    public static async Task<IdentityProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var provider = new IdentityProvider(builder.Build());
        await provider._app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _key.Rsa.Dispose();
    }

    /// <summary>The page at which a person agrees.</summary>
    private IResult Authorize(HttpContext context)
    {
        var asked = context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        LastAsked = asked;
        if (asked["client_id"] != ClientId || asked["response_type"] != "code" || asked["code_challenge_method"] != "S256" || !asked["scope"].Split(' ').Contains("openid"))
            return Results.BadRequest("This is no request of that client.");
        return Results.Content($"<!DOCTYPE html><html lang=\"en\"><title>Provider</title><h1>Provider</h1><a href=\"/approve{WebUtility.HtmlEncode(context.Request.QueryString.ToString())}\">Continue</a></html>", "text/html");
    }

    private IResult Approve(HttpContext context)
    {
        var query = context.Request.Query;
        var code = $"code-{Interlocked.Increment(ref _number)}";
        _codes[code] = new Asked(query["redirect_uri"].ToString(), query["code_challenge"].ToString(), query["nonce"].ToString());
        return Results.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}");
    }

    private async Task<IResult> TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (Refusal is not null)
            return Results.Json(new { error = Refusal, error_description = "About Dana Example" }, statusCode: 400);
        if (form["client_id"] != ClientId || form["client_secret"] != ClientSecret)
            return Results.Json(new { error = "invalid_client" }, statusCode: 401);
        if (!_codes.TryRemove(form["code"].ToString(), out var asked) || asked.RedirectUri != form["redirect_uri"]
            || asked.Challenge != Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))))
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var token = new SecurityTokenDescriptor
        {
            Issuer = Authority,
            Audience = ClientId,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(5),
            Claims = new Dictionary<string, object>(Claims, StringComparer.Ordinal) { ["sub"] = "u-1", ["nonce"] = asked.Nonce },
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
        };
        Spoil?.Invoke(token);
        return Results.Json(new { access_token = "access", token_type = "Bearer", expires_in = 300, id_token = new JsonWebTokenHandler().CreateToken(token) });
    }

    private sealed record Asked(string RedirectUri, string Challenge, string Nonce);
}
