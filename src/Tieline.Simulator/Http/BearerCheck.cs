using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Streams;

namespace Tieline.Simulator.Http;

/// <summary>Whether a request carries a token that is known, alive and good for what it asks.</summary>
internal sealed class BearerCheck(GenesysSimulatorOptions options, TokenDesk tokens)
{
    private const string Scheme = "Bearer ";

    /// <param name="request">The request.</param>
    /// <param name="token">Its token, when that is known.</param>
    /// <returns>What it is refused with; null: it may pass.</returns>
    public ApiError? Refusal(HttpRequest request, out IssuedToken? token)
    {
        token = null;
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return new ApiError(401) { BearerGiven = false };
        }
        token = tokens.Find(header[Scheme.Length..].Trim());
        return token is null ? new ApiError(401)
            : TokenDesk.HasScopes(token) ? null
            : new ApiError(options.MissingScopeStatus);
    }
}
