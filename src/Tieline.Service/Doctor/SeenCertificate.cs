namespace Tieline.Service.Doctor;

/// <summary>The certificate that a host showed.</summary>
/// <param name="Protocol">As negotiated: <c>TLS 1.3</c>.</param>
/// <param name="Issuer">Who signed it: a company's own proxy gives itself away here.</param>
/// <param name="Problem">Why it is not trusted; null where it is.</param>
internal sealed record SeenCertificate(string Protocol, string Issuer, DateTimeOffset NotAfter, string? Problem);
