using System.Text.Json;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

/// <summary>Answers as the five CRMs write them, with a code or with words in their text.</summary>
internal static class VendorAnswers
{
    /// <param name="crm">The recipe's directory.</param>
    /// <param name="code">Null: one that is in no table.</param>
    /// <param name="text">Of the message.</param>
    public static string Body(string crm, string? code, string text = "Something failed.") => crm switch
    {
        "salesforce" => JsonSerializer.Serialize(new[] { new { message = text, errorCode = code ?? "NOT_IN_ANY_LIST", fields = Array.Empty<string>() } }),
        "hubspot" when code is "DAILY" or "TEN_SECONDLY_ROLLING" or "SECONDLY" => JsonSerializer.Serialize(new { status = "error", message = text, errorType = "RATE_LIMIT", correlationId = "c", policyName = code }),
        "hubspot" when code is "RATE_LIMIT" => JsonSerializer.Serialize(new { status = "error", message = text, errorType = code }),
        "hubspot" => JsonSerializer.Serialize(new { status = "error", message = text, correlationId = "c", category = code ?? "NOT_IN_ANY_LIST" }),
        "zendesk" when code is "Forbidden" => JsonSerializer.Serialize(new { error = new { title = code, message = text } }),
        "zendesk" => JsonSerializer.Serialize(new { error = code ?? "NotInAnyList", description = text }),
        "dynamics365" => JsonSerializer.Serialize(new { error = new { code = (code ?? "0x80ffffff").ToLowerInvariant(), message = text } }),
        "servicenow" => JsonSerializer.Serialize(new { error = new { message = code ?? "Not in any list", detail = text }, status = "failure" }),
        _ => throw new ArgumentOutOfRangeException(nameof(crm), crm, "no such recipe"),
    };

    /// <summary>The row as its CRM would answer it: words stand in the text of an error that is in no table.</summary>
    public static string Body(VendorTable table, VendorCode row) => row.IsPhrase ? Body(table.Name, null, $"Something: {row.Code}, and more.") : Body(table.Name, row.Code);
}
