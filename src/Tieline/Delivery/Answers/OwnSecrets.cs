using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tieline.Delivery;

/// <summary>What a destination has been shown or given as a secret, so that an answer that repeats it is kept without. Pure.</summary>
internal static class OwnSecrets
{
    /// <summary>Stands in their place.</summary>
    public const string Mark = "<secret>";

    /// <summary>What is shorter is found in any text, and is no secret.</summary>
    private const int MinLength = 4;

    /// <summary>Of the URL: webhooks often have their token in it.</summary>
    private const int MinUrlPart = 16;

    /// <param name="credential">What the request showed.</param>
    /// <param name="current">The secret behind it, as its file has it now; null where there is none.</param>
    /// <returns>Longest first, each also as it is written in JSON, in a URL and without its scheme.</returns>
    public static IReadOnlyList<string> Of(DestinationOptions options, Credential credential, Secret? current)
    {
        var authentication = options.Authentication;
        Secret[] secrets =
        [
            .. options.Headers.Values, authentication.Value, authentication.Password, authentication.ClientSecret, options.Signing.Secret, options.Signing.PreviousSecret,
            options.Tls.ClientCertificatePassword, options.Proxy.Password, current ?? Secret.None,
        ];
        return [.. secrets.Select(secret => secret.Reveal()).Append(credential.Value ?? "").SelectMany(value => (string[])[value, WithoutScheme(value)]).Concat(PartsOf(options.Url))
            .SelectMany(WaysToWrite).Where(text => text.Length >= MinLength).Distinct(StringComparer.OrdinalIgnoreCase).OrderByDescending(text => text.Length)];
    }

    /// <summary>Removes each, whole; and at the end of <paramref name="text"/>, which may be cut off there, also the beginning of one.</summary>
    public static string Remove(string text, IReadOnlyList<string> secrets)
    {
        foreach (var secret in secrets)
            text = text.Replace(secret, Mark, StringComparison.OrdinalIgnoreCase);
        var begun = secrets.Select(secret => BegunAtEnd(text, secret)).DefaultIfEmpty().Max();
        return begun == 0 ? text : text[..^begun] + Mark;
    }

    private static int BegunAtEnd(string text, string secret)
    {
        for (var length = Math.Min(secret.Length - 1, text.Length); length >= MinLength; length--)
        {
            if (text.AsSpan().EndsWith(secret.AsSpan(0, length), StringComparison.OrdinalIgnoreCase))
                return length;
        }

        return 0;
    }

    private static string WithoutScheme(string value) => value.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space ? value[(space + 1)..] : "";

    private static IEnumerable<string> PartsOf(Uri? url) => url is null
        ? []
        : url.AbsolutePath.Split('/').Concat(url.Query.TrimStart('?').Split('&').Select(pair => pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]))
            .SelectMany(part => (string[])[part, Uri.UnescapeDataString(part)]).Where(part => part.Length >= MinUrlPart);

    private static IEnumerable<string> WaysToWrite(string value)
    {
        if (value.Length == 0)
            return [];
        var relaxed = JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        return [value, relaxed, relaxed.Replace("/", "\\/", StringComparison.Ordinal), JsonEncodedText.Encode(value).ToString(), Uri.EscapeDataString(value)];
    }
}
