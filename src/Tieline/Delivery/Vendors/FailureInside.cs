using System.Text.Json;
using Tieline.Http;

namespace Tieline.Delivery;

/// <summary>What a successful answer's body says failed, where <see cref="BatchOptions.Results"/> does not read it. Reading it is pure.</summary>
/// <remarks>
/// HubSpot 207 <c>{"results":[…],"numErrors":1,"errors":[{"category":"…"}]}</c> · ServiceNow <c>{"result":[{"status":"error","error_message":"…"}]}</c> ·
/// Salesforce <c>[{"success":false,"errors":[{"statusCode":"…"}]}]</c>. Any other shape says nothing.
/// </remarks>
/// <param name="Code">The weightiest of the codes; null where none is known.</param>
internal sealed record FailureInside(VendorCode? Code)
{
    /// <summary>Of a body so much is read: about a thousand records told back.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Reads the body where status and type leave in doubt what it says, and not for long.</summary>
    /// <returns>What was read; null where nothing need be.</returns>
    /// <exception cref="OperationCanceledException">On <paramref name="cancellation"/>.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellation)
    {
        var headers = response.Content.Headers;
        return MaySay((int)response.StatusCode) && headers.ContentLength != 0 && headers.ContentEncoding.Count == 0 && IsJson(headers.ContentType?.MediaType)
            ? await BodyStart.ReadAsync(response, MaxBytes, null, time, cancellation)
            : null;
    }

    /// <returns>Null where it says nothing of a failure, is cut off, or is no JSON.</returns>
    public static FailureInside? Find(int status, ReadOnlyMemory<byte> body)
    {
        if (!MaySay(status))
            return null;
        try
        {
            using var document = JsonDocument.Parse(WithoutMark(body));
            var root = document.RootElement;
            return root.ValueKind switch
            {
                JsonValueKind.Array => OfSalesforce(root, status),
                JsonValueKind.Object => OfHubSpot(root, status) ?? OfServiceNow(root, status),
                _ => null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // an escape that is no character is an InvalidOperationException
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) => body[(body.Length - VendorAnswer.WithoutMark(body.Span).Length)..];

    private static FailureInside? OfSalesforce(JsonElement root, int status)
    {
        var results = root.EnumerateArray().Where(result => result.ValueKind == JsonValueKind.Object).ToList();
        var failed = results.Where(result => Is(result, "success", JsonValueKind.False)).ToList();
        return failed.Count == 0 ? null : Of(SalesforceCodes.Table, status, [.. failed.SelectMany(result => ArrayOf(result, "errors"))], results.Exists(result => Is(result, "success", JsonValueKind.True)), "statusCode", "errorCode");
    }

    private static FailureInside? OfHubSpot(JsonElement root, int status)
    {
        var errors = ArrayOf(root, "errors");
        var count = root.TryGetProperty("numErrors", out var given) && given.ValueKind == JsonValueKind.Number && given.TryGetInt64(out var number) ? number : errors.Count;
        return status == 207 && (count != 0 || errors.Count > 0) ? Of(HubSpotCodes.Table, status, errors, ArrayOf(root, "results").Count > 0, "category", "errorType") : null;
    }

    private static FailureInside? OfServiceNow(JsonElement root, int status)
    {
        var results = ArrayOf(root, "result");
        var failed = results.Where(result => TextOf(result, "status") == "error").ToList();
        return failed.Count == 0 ? null : Of(ServiceNowCodes.Table, status, failed, failed.Count < results.Count, "error_message");
    }

    /// <param name="someSucceeded">Others of its request were accepted, with the same URL, credentials and fields: what it lacks is its own.</param>
    /// <param name="members">Where each error may have its code.</param>
    private static FailureInside Of(VendorTable table, int status, List<JsonElement> errors, bool someSucceeded, params string[] members)
    {
        var codes = errors.SelectMany(error => members.Select(member => TextOf(error, member))).OfType<string>();
        var code = table.Find(status, codes, string.Join(' ', errors.Select(error => error.GetRawText())));
        return new FailureInside(code is { Meaning: VendorMeaning.Misconfigured } && someSucceeded ? code with { Meaning = VendorMeaning.Reject } : code);
    }

    private static bool MaySay(int status) => status is 200 or 201 or 207;

    private static bool IsJson(string? type) => type is not null && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    private static bool Is(JsonElement owner, string member, JsonValueKind kind) => owner.TryGetProperty(member, out var value) && value.ValueKind == kind;

    private static List<JsonElement> ArrayOf(JsonElement owner, string member) => Is(owner, member, JsonValueKind.Array) ? [.. owner.GetProperty(member).EnumerateArray()] : [];

    private static string? TextOf(JsonElement owner, string member) => owner.ValueKind == JsonValueKind.Object && Is(owner, member, JsonValueKind.String) ? owner.GetProperty(member).GetString() : null;
}
