using static Tieline.Delivery.VendorMeaning;

namespace Tieline.Delivery;

/// <summary>HubSpot: <c>category</c>, <c>errorType</c> and <c>policyName</c> of an answer, and the codes that a message of <c>VALIDATION_ERROR</c> names.</summary>
internal static class HubSpotCodes
{
    public static VendorTable Table { get; } = new("hubspot",
    [
        new("DAILY", Hold, "the account's calls of the day are used up (policyName)"),
        new("BANNED", Hold, "the account is banned from the API"),
        new("TEN_SECONDLY_ROLLING", Throttle, "the app's calls of ten seconds are used up (policyName)"),
        new("SECONDLY", Throttle, "the calls of this second are used up (policyName)"),
        new("RATE_LIMITS", Throttle, "a limit of calls is reached"),
        new("RATE_LIMIT", Throttle, "a limit of calls is reached (errorType)"),
        new("INTERNAL_ERROR", Retry, "an error inside HubSpot"),
        new("TIMEOUT", Retry, "it took too long"),
        new("EXTERNAL_TIMEOUT", Retry, "it took too long"),
        new("CONFLICT", Retry, "an earlier copy is being written: the next attempt updates it") { Status = 207 },
        new("INVALID_AUTHENTICATION", Misconfigured, "the token is not valid"),
        new("EXPIRED_AUTHENTICATION", Misconfigured, "the token has expired"),
        new("MISSING_SCOPES", Misconfigured, "the app lacks a scope"),
        new("USER_DOES_NOT_HAVE_PERMISSIONS", Misconfigured, "the user lacks a right"),
        new("OBJECT_NOT_FOUND", Misconfigured, "the object type does not exist"),
        new("PROPERTY_DOESNT_EXIST", Misconfigured, "a property does not exist") { IsPhrase = true },
        new("READ_ONLY_VALUE", Misconfigured, "a property may not be written") { IsPhrase = true },
        new("upsert by non-unique", Misconfigured, "the property that identifies a record does not have unique values") { IsPhrase = true },
        new("VALIDATION_ERROR", Reject, "a value does not fit its property") { Wraps = true },
    ]);
}
