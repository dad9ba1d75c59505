namespace Tieline.Service.Web.Access;

internal static partial class OidcSignIn
{
    [LoggerMessage(EventId = 5050, EventName = "OidcSignInFailed", Level = LogLevel.Warning, Message = "A sign-in through Http:Oidc:Authority failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(EventId = 5051, EventName = "OidcSignInRefused", Level = LogLevel.Warning, Message = "Somebody signed in through Http:Oidc:Authority and may not enter: their claim {Claim} holds none of Http:Oidc:Operators and Http:Oidc:Viewers")]
    private static partial void LogRefused(ILogger logger, string claim);
}
