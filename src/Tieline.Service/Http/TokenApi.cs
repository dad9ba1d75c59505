using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>Who may come in: named tokens, and links into the console.</summary>
internal sealed class TokenApi(SignInCodes codes, RunningParts parts, TielineOptions options, TimeProvider time)
{
    /// <summary>Whoever asks for something that is taken.</summary>
    public static string Taken(string name) => $"there is a token '{name}' already; revoke it first, or choose another name";

    /// <summary>Whoever asks for something that is not there.</summary>
    public static string Unknown(string name) => $"there is no token '{name}'";

    public static JsonArray Of(IEnumerable<NamedToken> tokens, DateTimeOffset now) => new([.. tokens.Select(token => new JsonObject
    {
        ["name"] = token.Name,
        ["role"] = token.Role,
        ["createdAt"] = EventTime.ToText(token.CreatedAt),
        ["createdBy"] = token.CreatedBy,
        ["expiresAt"] = token.ExpiresAt is { } at ? EventTime.ToText(at) : null,
        ["expired"] = token.ExpiresAt <= now,
    })]);

    public static JsonObject Of(string name, string role, DateTimeOffset? expiresAt, string text) => new()
    {
        ["name"] = name,
        ["role"] = role,
        ["expiresAt"] = expiresAt is { } at ? EventTime.ToText(at) : null,
        ["token"] = text,
    };

    public Task ListAsync(ApiCall call) => call.WriteAsync(new JsonObject { ["tokens"] = Of(call.Admin.Tokens.Named, time.GetUtcNow()) });

    public async Task CreateAsync(ApiCall call)
    {
        var (name, role, expiresAt) = (call.Asked.Text("name"), call.Asked.Word("role", AccessRoles.All), call.Asked.Time("expiresAt"));
        call.Asked.Refuse(TokenMaker.CheckName(name) ?? (role is null ? $"role is required: one of {string.Join(", ", AccessRoles.All)}" : TokenMaker.CheckExpiry(expiresAt, time.GetUtcNow())));
        if (call.Asked.Problem is { } problem)
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
        else if (await call.Admin.Tokens.CreateAsync(name!, role!, expiresAt, call.Asked.By(), call.Aborted) is { } text)
            await call.WriteAsync(Of(name!, role!, expiresAt, text), StatusCodes.Status201Created);
        else
            await call.RefuseAsync(StatusCodes.Status409Conflict, Taken(name!));
    }

    public static async Task RevokeAsync(ApiCall call)
    {
        var name = call.InPath("name");
        if (call.Asked.Problem is { } problem)
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
        else if (await call.Admin.Tokens.RevokeAsync(name, call.Asked.By(), call.Aborted))
            await call.WriteAsync(new JsonObject { ["name"] = name });
        else
            await call.RefuseAsync(StatusCodes.Status404NotFound, Unknown(name));
    }

    public async Task LinkAsync(ApiCall call)
    {
        var role = call.Asked.Word("role", AccessRoles.Operator, AccessRoles.Viewer) ?? AccessRoles.Operator;
        var seconds = call.Asked.Number("seconds", 1, (long)SignInCodes.Longest.TotalSeconds) ?? (long)SignInCodes.Usual.TotalSeconds;
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        // The session is of the token that asked: it ends with it.
        var token = role == AccessRoles.Operator ? call.Token : call.Admin.Tokens.Viewer;
        var link = SignInLink.Of(options.Http, parts.Address ?? new Uri($"{call.Context.Request.Scheme}://{call.Context.Request.Host}"), codes.Make(token, TimeSpan.FromSeconds(seconds)));
        await call.WriteAsync(new JsonObject { ["url"] = link.ToString(), ["role"] = role, ["seconds"] = seconds }, StatusCodes.Status201Created);
    }
}
