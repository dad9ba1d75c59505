using Microsoft.Extensions.Options;

namespace Tieline.Forwarding;

internal sealed class ForwardOptionsValidator : IValidateOptions<ForwardOptions>
{
    private static readonly TimeSpan _maxInterval = TimeSpan.FromMinutes(1);

    /// <param name="name">Where it stands: <c>Audit:Forward</c>.</param>
    public ValidateOptionsResult Validate(string? name, ForwardOptions options)
    {
        var at = name ?? "Audit:Forward";
        var errors = new ValidateOptionsResultBuilder();
        if (options.Interval < TimeSpan.Zero || options.Interval > _maxInterval)
            errors.AddError($"must be from 0 to 1 min, was {options.Interval}", $"{at}:{nameof(options.Interval)}");
        foreach (var (header, value) in options.Headers)
        {
            if (header.Length == 0 || !header.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                errors.AddError("must be the name of a header: letters, digits, - and _", $"{at}:{nameof(options.Headers)}:{header}");
            else if (value.Reveal().Any(char.IsControl))
                errors.AddError("must be on one line", $"{at}:{nameof(options.Headers)}:{header}");
        }

        if (!string.IsNullOrEmpty(options.Url))
        {
            var url = options.Target;
            if (Problem(url, options) is { } problem)
                errors.AddError(problem, $"{at}:{nameof(options.Url)}");
            else if (options.Headers.Count > 0 && ForwardOptions.IsSyslog(url!))
                errors.AddError("are for OTLP: syslog has none", $"{at}:{nameof(options.Headers)}");
        }

        return errors.Build();
    }

    private static string? Problem(Uri? url, ForwardOptions options)
    {
        // What the address holds besides scheme and host may be a secret: it is not shown.
        if (url is null || url.Scheme is not ("tls" or "tcp" or "https" or "http") || url.Host.Length == 0)
            return "must be tls://host:port or tcp://host:port (syslog), or https://host:port (OTLP)";
        if (url.UserInfo.Length > 0)
            return $"must hold no user name or password; a header or a client certificate does that, was {url.Scheme}://…@{url.Host}";
        if (url.Query.Length > 0 || url.Fragment.Length > 0)
            return $"must hold no query, was {url.Scheme}://{url.Host}…";
        if (ForwardOptions.IsSyslog(url) && (url.Port <= 0 || url.PathAndQuery is not ("" or "/")))
            return $"must name a port and nothing behind it: {url.Scheme}://{url.Host}:{(url.Scheme == "tls" ? 6514 : 601)}";
        if (ForwardOptions.IsPlain(url) && !url.IsLoopback && !options.AllowPlain)
            return $"must be {(url.Scheme == "tcp" ? "tls" : "https")}://: without encryption to loopback only, or with {nameof(options.AllowPlain)}, was {url.Scheme}://{url.Host}";
        return null;
    }
}
