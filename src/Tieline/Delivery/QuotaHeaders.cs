using System.Globalization;
using System.Net.Http.Headers;

namespace Tieline.Delivery;

/// <summary>What a CRM's answers say of the requests it allows in a day. Pure.</summary>
internal static class QuotaHeaders
{
    private const string SalesforceUsage = "api-usage=";

    /// <summary>Salesforce: <c>Sforce-Limit-Info: api-usage=18/5000</c>. HubSpot: <c>X-HubSpot-RateLimit-Daily</c> and <c>-Daily-Remaining</c>.</summary>
    /// <returns>The share that is used up, by whoever; null where an answer says nothing of it.</returns>
    public static double? Used(HttpResponseHeaders headers)
    {
        if (One(headers, "Sforce-Limit-Info") is { } info)
        {
            var usage = info.Split(';', ' ').FirstOrDefault(part => part.StartsWith(SalesforceUsage, StringComparison.Ordinal))?[SalesforceUsage.Length..].Split('/');
            return usage is [var used, var allowed] ? Share(Number(used), Number(allowed)) : null;
        }

        var daily = Number(One(headers, "X-HubSpot-RateLimit-Daily"));
        return Share(daily - Number(One(headers, "X-HubSpot-RateLimit-Daily-Remaining")), daily);
    }

    private static double? Share(long? used, long? allowed) => allowed > 0 ? (double?)used / allowed : null;

    private static string? One(HttpResponseHeaders headers, string name) => headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
