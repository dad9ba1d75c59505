using Tieline.Delivery;

namespace Tieline.Forwarding;

/// <summary><c>Audit:Forward</c></summary>
internal sealed class ForwardOptions
{
    /// <summary>Where each line of the audit log goes; null: nowhere. <c>tls://</c> and <c>tcp://</c>: syslog (RFC 5424). <c>https://</c> and <c>http://</c>: OTLP logs.</summary>
    /// <remarks>A text, since URLs elsewhere are http or ws.</remarks>
    public string? Url { get; set; }

    /// <summary>Allows <c>tcp://</c> and <c>http://</c> to another machine, where whoever is in between can read and change the lines.</summary>
    public bool AllowPlain { get; set; }

    /// <summary>How long a line waits at most for others to go with it; 0 to 1 min. A full batch does not wait.</summary>
    /// <value>5 s</value>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Of the syslog messages.</summary>
    public SyslogFacility Facility { get; set; } = SyslogFacility.Audit;

    /// <summary>Sent with every OTLP request. Values are secrets.</summary>
    public IDictionary<string, Secret> Headers { get; set; } = new Dictionary<string, Secret>(StringComparer.OrdinalIgnoreCase);

    public TlsOptions Tls { get; set; } = new();

    /// <summary><see cref="Url"/>; null where there is none, or it is no URL.</summary>
    internal Uri? Target => Uri.TryCreate(Url, UriKind.Absolute, out var url) ? url : null;

    /// <summary>By the scheme of <see cref="Url"/>.</summary>
    internal static bool IsSyslog(Uri url) => url.Scheme is "tls" or "tcp";

    /// <summary>By the scheme of <see cref="Url"/>.</summary>
    internal static bool IsPlain(Uri url) => url.Scheme is "tcp" or "http";
}
