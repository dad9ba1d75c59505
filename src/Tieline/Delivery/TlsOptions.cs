namespace Tieline.Delivery;

/// <summary><c>Destinations:*:Tls</c>. The files are read at start.</summary>
internal sealed class TlsOptions
{
    /// <summary>Shown to a CRM that asks for a client certificate: PEM, with what links it to its CA behind it, or PFX (PKCS #12).</summary>
    public string? ClientCertificateFile { get; set; }

    /// <summary>The private key of a PEM certificate.</summary>
    /// <value>in <see cref="ClientCertificateFile"/></value>
    public string? ClientCertificateKeyFile { get; set; }

    /// <summary>Of the PFX, or of an encrypted PEM key.</summary>
    public Secret ClientCertificatePassword { get; set; } = Secret.None;

    public string? ClientCertificatePasswordFile { get; set; }

    /// <summary>PEM certificates of CAs that are trusted besides the system's.</summary>
    public string? CaFile { get; set; }
}
