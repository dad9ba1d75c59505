using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Tieline.Delivery;

/// <summary>Reads the files as the connections will.</summary>
internal sealed class TlsOptionsValidator : IValidateOptions<TlsOptions>
{
    /// <param name="name">Where it stands: <c>Destinations:0:Tls</c>.</param>
    public ValidateOptionsResult Validate(string? name, TlsOptions options)
    {
        var at = name ?? "Tls";
        var errors = new ValidateOptionsResultBuilder();
        if (options.ClientCertificateFile is { } certificate)
        {
            Try(() => TlsFiles.LoadCertificate(certificate, options), "a certificate with its private key, in PEM or PFX, and its password where it has one", certificate, $"{at}:{nameof(options.ClientCertificateFile)}", errors);
        }
        else if (options.ClientCertificateKeyFile is not null)
        {
            errors.AddError($"must come with {nameof(options.ClientCertificateFile)}", $"{at}:{nameof(options.ClientCertificateKeyFile)}");
        }

        if (options.CaFile is { } ca)
        {
            Try(() => TlsFiles.LoadAuthorities(ca), "a file of PEM certificates", ca, $"{at}:{nameof(options.CaFile)}", errors);
        }

        return errors.Build();
    }

    private static void Try(Func<object> load, string allowed, string file, string key, ValidateOptionsResultBuilder errors)
    {
        try
        {
            load();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.AddError($"must be {allowed}, was '{file}': {e.Message}", key);
        }
    }
}
