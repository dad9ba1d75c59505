using static Tieline.Delivery.VendorMeaning;

namespace Tieline.Delivery;

/// <summary>ServiceNow has no codes: the <c>message</c> of an answer, and words in its text.</summary>
internal static class ServiceNowCodes
{
    public static VendorTable Table { get; } = new("servicenow",
    [
        new("Rate limit exceeded", Throttle, "the hour's requests of a rate limit rule are used up"),
        new("Transaction cancelled", Retry, "it took too long") { IsPhrase = true },
        new("User Not Authenticated", Misconfigured, "the user or the password is wrong"),
        new("User Not Authorized", Misconfigured, "the user lacks a role"),
        new("Requested URI does not represent any resource", Misconfigured, "the URL names nothing that exists"),
        new("Invalid table", Misconfigured, "the table does not exist") { IsPhrase = true },
        new("Invalid staging table", Misconfigured, "the import set table does not exist") { IsPhrase = true },
        new("ACL Exception", Misconfigured, "an access control rule refuses the user") { IsPhrase = true },
        new("Operation Failed", Misconfigured, "the user may not write the table") { Wraps = true, Status = 403 },
        new("aborted by Business Rule", Reject, "a business rule refuses it") { IsPhrase = true },
        new("Data Policy Exception", Reject, "a data policy refuses it") { IsPhrase = true },
        new("Exception while reading request", Reject, "the body is not the JSON that is expected"),
    ]);
}
