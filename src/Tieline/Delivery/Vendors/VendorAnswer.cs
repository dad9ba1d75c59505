using System.Text;
using System.Text.Json;
using Tieline.Http;

namespace Tieline.Delivery;

/// <summary>Finds, in what a destination answers, whose error it is and which. Pure. What is cut off is read as far as it goes.</summary>
/// <remarks>
/// Salesforce <c>[{"errorCode":"…"}]</c> · HubSpot <c>{"status":"error","category":"…"}</c> · Zendesk <c>{"error":"…"}</c> or <c>{"error":{"title":"…"}}</c> ·
/// Dynamics 365 <c>{"error":{"code":"0x8…"}}</c> · ServiceNow <c>{"error":{"message":"…"},"status":"failure"}</c>. No two of them can be taken for each other.
/// </remarks>
internal static class VendorAnswer
{
    /// <summary>Of an answer so much is read: Salesforce writes a trigger's whole message before the code.</summary>
    public const int MaxBytes = 16 * 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads the beginning of an answer, and not for long. Never throws for what the destination does.</summary>
    /// <returns>Empty where it is compressed: it is not unpacked, since a few bytes of it could be made to hold gigabytes.</returns>
    /// <exception cref="OperationCanceledException">On <paramref name="aborting"/>.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken aborting) =>
        response.Content.Headers.ContentEncoding.Count > 0 ? default : await BodyStart.ReadAsync(response, MaxBytes, null, time, aborting);

    /// <returns>Null where it is none of the five, or says nothing that is known.</returns>
    public static VendorCode? Find(int status, ReadOnlySpan<byte> body)
    {
        body = WithoutMark(body);
        var members = Read(body);
        return TableOf(members) is { } table ? table.Find(status, CodesOf(table, members), Encoding.UTF8.GetString(body)) : null;
    }

    /// <summary>Some servers write UTF-8 with a byte order mark, which no reader of JSON takes.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> body) => body.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;

    private static VendorTable? TableOf(IReadOnlyList<(string Path, string Value)> members) =>
        Has(members, "[]errorCode") ? SalesforceCodes.Table
        : Has(members, "status", "error") && (Has(members, "category") || Has(members, "errorType")) ? HubSpotCodes.Table
        : Has(members, "status", "failure") && Has(members, "error.message") ? ServiceNowCodes.Table
        : members.Any(member => member.Path == "error.code" && member.Value.StartsWith("0x8", StringComparison.Ordinal)) ? DynamicsCodes.Table
        : Has(members, "error") || Has(members, "error.title") ? ZendeskCodes.Table
        : null;

    private static IEnumerable<string> CodesOf(VendorTable table, IReadOnlyList<(string Path, string Value)> members)
    {
        string[] paths = table.Name switch
        {
            "salesforce" => ["[]errorCode"],
            "hubspot" => ["policyName", "category", "errorType"],
            "servicenow" => ["error.message"],
            "dynamics365" => ["error.code"],
            _ => ["error", "error.title"],
        };
        return members.Where(member => paths.Contains(member.Path)).Select(member => member.Value);
    }

    private static bool Has(IReadOnlyList<(string Path, string Value)> members, string path, string? value = null) =>
        members.Any(member => member.Path == path && (value is null || member.Value == value));

    /// <summary>The texts that stand where one of the five has a code, each with its path; an array at the root is <c>[]</c>.</summary>
    private static List<(string Path, string Value)> Read(ReadOnlySpan<byte> body)
    {
        var members = new List<(string, string)>();
        var reader = new Utf8JsonReader(body, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 32 }));
        var names = new string?[3]; // of the open objects, by depth
        var root = "";
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartArray && reader.CurrentDepth == 0)
                    root = "[]";
                else if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth < names.Length)
                    names[reader.CurrentDepth] = reader.GetString();
                else if (reader.TokenType == JsonTokenType.String && PathOf(names, root, reader.CurrentDepth) is { } path)
                    members.Add((path, reader.GetString()!));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON from here on, or no UTF-8: what came before may do.
        }

        return members;
    }

    /// <returns>Null where no code can stand.</returns>
    private static string? PathOf(string?[] names, string root, int depth) => (root, depth) switch
    {
        ("", 1) => names[1],
        ("", 2) when names[1] == "error" => $"error.{names[2]}",
        ("[]", 2) => $"[]{names[2]}",
        _ => null,
    };
}
