using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Tieline.Service.Web.Access;

/// <summary>Why a sign-in through the provider came to nothing.</summary>
/// <param name="Status">Of the answer to the browser.</param>
/// <param name="Said">To whoever tried.</param>
/// <param name="Logged">For whoever runs Tieline: kinds and codes, nothing that the provider says in its own words.</param>
internal sealed record OidcFailure(int Status, string Said, string Logged)
{
    /// <summary>The message comes from the library, which has no type for it.</summary>
    private const string NoCorrelation = "Correlation failed.";

    private const string ErrorCode = "error";
    private const int LongestCode = 40;

    /// <summary>It said no, or the person did there.</summary>
    public static OidcFailure Denied(string provider) => new(StatusCodes.Status401Unauthorized, $"The sign-in was refused or given up at {provider}.", "the provider answered access_denied");

    /// <summary>Pure.</summary>
    /// <param name="address">Where the sign-in must begin.</param>
    public static OidcFailure Of(Exception? failure, string provider, string address) => failure switch
    {
        _ when CodeOf(failure) is { } code => new(
            StatusCodes.Status401Unauthorized, $"The identity provider {provider} refused ({code}). {(code == "invalid_client" ? "Tieline's own credentials there are wrong: " : "")}Whoever runs this Tieline finds more in the provider's log.", $"the provider answered {code}"),
        _ when Chain(failure).Any(e => e is SecurityTokenException or OpenIdConnectProtocolInvalidNonceException) => new(
            StatusCodes.Status401Unauthorized, $"What the identity provider {provider} said was not valid for this sign-in: nobody was signed in. Try again.", $"the ID token is not valid ({KindOf(failure)})"),
        _ when Chain(failure).Any(e => e is HttpRequestException or IOException or OperationCanceledException) => new(
            StatusCodes.Status503ServiceUnavailable, $"The identity provider {provider} does not answer. Try again in a while, or enter the token: events flow all the same.", $"the provider cannot be read ({KindOf(failure)})"),
        null or { Message: NoCorrelation } or AuthenticationFailureException => new(
            StatusCodes.Status400BadRequest, $"This sign-in took too long, was used before, or began at another address than {address}. Try again there.", "it belongs to no sign-in that this browser began"),
        _ => new(StatusCodes.Status502BadGateway, $"The identity provider {provider} answered with something else than expected. Tieline's log and 'tieline doctor' say more.", $"the provider's answer is not as expected ({KindOf(failure)})"),
    };

    private static IEnumerable<Exception> Chain(Exception? failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
            yield return e;
    }

    private static string KindOf(Exception? failure) => string.Join(" < ", Chain(failure).Select(e => e is HttpRequestException http ? $"{nameof(HttpRequestException)} {http.HttpRequestError}" : e.GetType().Name));

    /// <summary>One of OAuth's, such as <c>invalid_client</c>. Anything longer is no code.</summary>
    private static string? CodeOf(Exception? failure) =>
        Chain(failure).Select(e => e.Data[ErrorCode] as string).FirstOrDefault(code => code is { Length: > 0 and <= LongestCode } && code.All(c => char.IsAsciiLetterLower(c) || c == '_'));
}
