using static Tieline.Delivery.VendorMeaning;

namespace Tieline.Delivery;

/// <summary>Zendesk: <c>error</c> of an answer, or its <c>title</c>.</summary>
internal static class ZendeskCodes
{
    public static VendorTable Table { get; } = new("zendesk",
    [
        new("AccountSuspended", Hold, "the account is suspended"),
        new("APIRateLimitExceeded", Throttle, "the account's requests of the minute are used up"),
        new("TooManyRequests", Throttle, "a limit of requests is reached"),
        new("TooManyJobs", Throttle, "too many jobs wait"),
        new("DatabaseConflict", Retry, "another request writes the same"),
        new("DatabaseError", Retry, "an error inside Zendesk"),
        new("InternalError", Retry, "an error inside Zendesk"),
        new("ServiceUnavailable", Retry, "the server is busy"),
        new("Couldn't authenticate you", Misconfigured, "the user or the API token is wrong, or access by token is off"),
        new("invalid_token", Misconfigured, "the token is not valid"),
        new("Forbidden", Misconfigured, "the user lacks a right"),
        new("InvalidEndpoint", Misconfigured, "the URL names nothing that exists"),
        new("RecordInvalid", Reject, "a value is missing or does not fit its field"),
        new("InvalidValue", Reject, "a value does not fit its field"),
        new("Unprocessable Entity", Reject, "the body is not the JSON that is expected"),
        new("IdempotentRequestError", Reject, "another body came under this key in the last two hours"),
    ]);
}
