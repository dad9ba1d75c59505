using System.Buffers;
using Microsoft.Extensions.Options;
using Tieline.Journal;

namespace Tieline.Delivery;

internal sealed class DestinationOptionsValidator : IValidateOptions<DestinationOptions>
{
    private const int MaxNameLength = 40;
    private const int MaxConcurrency = 256;

    private static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MinConnectTimeout = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxConnectTimeout = TimeSpan.FromMinutes(1);
    private static readonly SearchValues<char> NameLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <param name="name">Where the destination stands: <c>Destinations:0</c>.</param>
    public ValidateOptionsResult Validate(string? name, DestinationOptions options)
    {
        var at = name ?? DestinationOptions.Section;
        var errors = new ValidateOptionsResultBuilder();
        if (options.Name.Length is 0 or > MaxNameLength || options.Name.AsSpan().ContainsAnyExcept(NameLetters))
        {
            errors.AddError($"must be 1 to {MaxNameLength} of a-z 0-9 - _, was '{options.Name}'", $"{at}:Name");
        }

        if (!StartPoint.TryParse(options.StartFrom, out _))
        {
            errors.AddError($"must be {StartPoint.Allowed}, was '{options.StartFrom}'", $"{at}:StartFrom");
        }

        ValidateUrl(options.Url, $"{at}:Url", errors);
        if (options.HasIdInUrl && options.Batch.IsOn)
        {
            errors.AddError($"must not hold {DestinationOptions.IdInUrl} where Batch:MaxEvents is more than 1: a batch has no such id", $"{at}:Url");
        }

        ValidateFormat(options, at, errors);
        foreach (var (header, value) in options.Headers)
        {
            ValidateHeader(header, value, $"{at}:Headers:{header}", errors);
            if (options.Authentication.Header is { } authenticating && header.Equals(authenticating, StringComparison.OrdinalIgnoreCase))
            {
                errors.AddError($"is set by Authentication ({options.Authentication.Type}); give one of the two", $"{at}:Headers:{header}");
            }
        }

        if (options.Timeout < MinTimeout || options.Timeout > MaxTimeout)
        {
            errors.AddError($"must be from 100ms to {MaxTimeout}, was {options.Timeout}", $"{at}:Timeout");
        }

        if (options.ConnectTimeout < MinConnectTimeout || options.ConnectTimeout > MaxConnectTimeout)
        {
            errors.AddError($"must be from 50ms to {MaxConnectTimeout}, was {options.ConnectTimeout}", $"{at}:ConnectTimeout");
        }

        if (options.Concurrency is < 1 or > MaxConcurrency)
        {
            errors.AddError($"must be from 1 to {MaxConcurrency}, was {options.Concurrency}", $"{at}:Concurrency");
        }

        return errors.Build();
    }

    private static void ValidateFormat(DestinationOptions options, string at, ValidateOptionsResultBuilder errors)
    {
        if (options.Format != BodyFormat.Template)
        {
            if (options.Template.Text.Length > 0)
            {
                errors.AddError($"must be {BodyFormat.Template} for the Template beside it, was {options.Format}", $"{at}:Format");
            }

            return;
        }

        if (string.IsNullOrWhiteSpace(options.Template.Text))
        {
            errors.AddError("required for the format Template, or a file that holds it (Text_FILE)", $"{at}:Template:Text");
            return;
        }

        try
        {
            BodyFormats.Create(options);
        }
        catch (BodyException e)
        {
            errors.AddError(e.Message, $"{at}:Template:Text");
        }
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
            errors.AddError("must not hold a user or password, which would not be sent; give them in Authentication", key);
        }
    }

    private static void ValidateHeader(string header, Secret value, string key, ValidateOptionsResultBuilder errors)
    {
        if (HeaderNames.Problem(header) is { } problem)
        {
            errors.AddError(problem, key);
        }

        if (LiveSecret.Problem(value.Reveal()) is { } odd)
        {
            errors.AddError(odd, key);
        }
    }
}
