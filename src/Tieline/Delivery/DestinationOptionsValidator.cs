using System.Buffers;
using Microsoft.Extensions.Options;

namespace Tieline.Delivery;

internal sealed class DestinationOptionsValidator : IValidateOptions<DestinationOptions>
{
    private const int MaxNameLength = 40;
    private const int MaxConcurrency = 256;

    private static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);
    private static readonly SearchValues<char> NameLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>RFC 9110, 5.6.2: token.</summary>
    private static readonly SearchValues<char> TokenLetters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Each request has these from us; two of one would make the receiver's choice a matter of luck.</summary>
    private static readonly HashSet<string> OurHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Content-Type", "Content-Length", "Transfer-Encoding", "Host", "Connection",
        "Idempotency-Key", "webhook-id", "webhook-timestamp", "webhook-signature", "Tieline-Origin",
    };

    /// <param name="name">Where the destination stands: <c>Destinations:0</c>.</param>
    public ValidateOptionsResult Validate(string? name, DestinationOptions options)
    {
        var at = name ?? DestinationOptions.Section;
        var errors = new ValidateOptionsResultBuilder();
        if (options.Name.Length is 0 or > MaxNameLength || options.Name.AsSpan().ContainsAnyExcept(NameLetters))
        {
            errors.AddError($"must be 1 to {MaxNameLength} of a-z 0-9 - _, was '{options.Name}'", $"{at}:Name");
        }

        ValidateUrl(options.Url, $"{at}:Url", errors);
        foreach (var (header, value) in options.Headers)
        {
            ValidateHeader(header, value, $"{at}:Headers:{header}", errors);
        }

        if (options.Timeout < MinTimeout || options.Timeout > MaxTimeout)
        {
            errors.AddError($"must be from 100ms to {MaxTimeout}, was {options.Timeout}", $"{at}:Timeout");
        }

        if (options.Concurrency is < 1 or > MaxConcurrency)
        {
            errors.AddError($"must be from 1 to {MaxConcurrency}, was {options.Concurrency}", $"{at}:Concurrency");
        }

        return errors.Build();
    }

    // A URL's query may be a secret: none of the messages repeats it.
    private static void ValidateUrl(Uri? url, string key, ValidateOptionsResultBuilder errors)
    {
        if (url is null)
        {
            errors.AddError("required: the address to post to, such as https://crm.example/hook", key);
        }
        else if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https"))
        {
            errors.AddError("must be an absolute URL that starts with https:// (or http:// for a loopback address)", key);
        }
        else if (url.Scheme == "http" && !url.IsLoopback)
        {
            errors.AddError($"must be https: plain http is for loopback addresses only, was 'http://{url.Host}'", key);
        }
        else if (url.UserInfo.Length > 0)
        {
            errors.AddError("must not hold a user or password, which would not be sent; give an Authorization in Headers", key);
        }
    }

    private static void ValidateHeader(string header, Secret value, string key, ValidateOptionsResultBuilder errors)
    {
        if (header.Length == 0 || header.AsSpan().ContainsAnyExcept(TokenLetters))
        {
            errors.AddError("must be named as a header can be: letters, digits and hyphens", key);
        }
        else if (OurHeaders.Contains(header))
        {
            errors.AddError("is set by Tieline itself and cannot be given", key);
        }

        if (value.Reveal().AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            errors.AddError("must be printable ASCII on one line", key);
        }
    }
}
