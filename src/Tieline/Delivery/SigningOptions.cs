namespace Tieline.Delivery;

/// <summary><c>Destinations:*:Signing</c>: Standard Webhooks. Without a secret nothing is signed.</summary>
internal sealed class SigningOptions
{
    /// <summary>What follows <see cref="SecretFile"/> where no <see cref="PreviousSecretFile"/> is named.</summary>
    public const string PreviousSuffix = ".previous";

    /// <summary>What the secret is for, and so its kind.</summary>
    /// <value><c>V1</c></value>
    public SigningAlgorithm Algorithm { get; set; } = SigningAlgorithm.V1;

    /// <summary><c>whsec_</c> and base64 of 24 to 64 bytes (V1), or <c>whsk_</c> and base64 of an Ed25519 private key (V1a).</summary>
    public Secret Secret { get; set; } = Secret.None;

    /// <summary>A file that holds it, read again while Tieline runs.</summary>
    public string? SecretFile { get; set; }

    /// <summary>The secret before, of either kind: it signs too.</summary>
    public Secret PreviousSecret { get; set; } = Secret.None;

    /// <summary>A file that holds it; it signs until <see cref="Overlap"/> after the file was written.</summary>
    /// <value><see cref="SecretFile"/> and <c>.previous</c>, where there is such a file</value>
    public string? PreviousSecretFile { get; set; }

    /// <summary>How long a secret that was replaced in its file still signs. From 1 min to 30 days.</summary>
    /// <value>24 h</value>
    public TimeSpan Overlap { get; set; } = TimeSpan.FromHours(24);

    public bool IsOn => !Secret.IsEmpty || SecretFile is not null;

    /// <summary>Null where the secret is in no file.</summary>
    public string? PreviousFile => PreviousSecretFile ?? (SecretFile is null || !PreviousSecret.IsEmpty ? null : SecretFile + PreviousSuffix);
}

/// <summary>Of Standard Webhooks.</summary>
internal enum SigningAlgorithm
{
    /// <summary>HMAC-SHA256, a secret that both sides hold.</summary>
    V1,

    /// <summary>Ed25519: the CRM holds a public key, which can sign nothing.</summary>
    V1a,
}
