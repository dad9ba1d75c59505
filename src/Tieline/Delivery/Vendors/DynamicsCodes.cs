using static Tieline.Delivery.VendorMeaning;

namespace Tieline.Delivery;

/// <summary>Dynamics 365 (Dataverse): <c>error.code</c> of an answer, as far as an upsert of a row can meet it.</summary>
internal static class DynamicsCodes
{
    public static VendorTable Table { get; } = new("dynamics365",
    [
        new("0x8004A104", Hold, "the environment is disabled"),
        new("0x8004D24B", Hold, "the user has no licence"),
        new("0x80072321", Throttle, "the user's execution time of five minutes is used up"),
        new("0x80072322", Throttle, "the user's requests of five minutes are used up"),
        new("0x80072326", Throttle, "the user has too many requests at once"),
        new("0x80044150", Retry, "an SQL error, such as a deadlock"),
        new("0x80044151", Retry, "SQL took too long"),
        new("0x8004ED47", Retry, "a lock was not free in time"),
        new("0x80040216", Retry, "an error inside Dataverse") { Status = 500 },
        new("0x80040222", Retry, "the server is out of memory"),
        new("0x80072300", Retry, "a service that it needs is not available"),
        new("0x80072301", Retry, "a service that it needs is not available"),
        new("0x80154B53", Retry, "it asks to be tried again"),
        new("0x80060882", Retry, "the row was changed meanwhile"),
        new("0x80040237", Retry, "an earlier copy is being written: the next attempt updates it"),
        new("0x80060892", Retry, "an earlier copy is being written: the next attempt updates it"),
        new("SQL timeout expired", Retry, "SQL took too long in a plug-in") { IsPhrase = true },
        new("Generic SQL error", Retry, "an SQL error in a plug-in, such as a deadlock") { IsPhrase = true },
        new("Sql Number: 1205", Retry, "a deadlock in a plug-in") { IsPhrase = true },
        new("0x80040220", Misconfigured, "the user lacks a privilege"),
        new("0x80048306", Misconfigured, "the user may not write the row"),
        new("0x80040225", Misconfigured, "the user is disabled, or in no business unit"),
        new("0x8004A112", Misconfigured, "the user is disabled"),
        new("0x80072560", Misconfigured, "the user is not a member of the organization"),
        new("0x80042F09", Misconfigured, "the user has no role"),
        new("0x80044302", Misconfigured, "the request is not authenticated"),
        new("0x8006088A", Misconfigured, "the URL names no table"),
        new("0x80060888", Misconfigured, "the URL cannot be read"),
        new("0x80060891", Misconfigured, "the key names no row, and Dataverse was told not to create one"),
        new("0x80041102", Misconfigured, "the table does not exist"),
        new("0x80041103", Misconfigured, "a column does not exist"),
        new("0x80041140", Misconfigured, "the alternate key does not exist, or is not active yet"),
        new("does not exist on type", Misconfigured, "a column does not exist") { IsPhrase = true },
        new("undeclared property", Misconfigured, "a column does not exist") { IsPhrase = true },
        new("0x80048D19", Reject, "the body is not what the table expects") { Wraps = true },
        new("0x80040265", Reject, "a plug-in refuses it") { Wraps = true },
        new("0x80040224", Reject, "a plug-in failed") { Wraps = true },
        new("0x80040217", Reject, "a row that it refers to does not exist"),
        new("0x80040200", Reject, "a required column has no value"),
        new("0x80040203", Reject, "a value does not fit its column"),
        new("0x80044331", Reject, "a text is longer than its column"),
        new("0x8004418A", Reject, "the request is too large"),
    ]);
}
