namespace Tieline.Filtering;

/// <summary><c>Redaction</c></summary>
internal sealed class RedactionOptions
{
    public const string Section = "Redaction";

    /// <summary>What becomes of <c>participants[].identity</c>.</summary>
    /// <value><see cref="IdentityMode.Structural"/></value>
    public IdentityMode Identity { get; set; } = IdentityMode.Structural;

    /// <summary>What an id may begin with, before a UUID or a number of up to six digits. A UUID alone is always an id; anything else is hashed.</summary>
    /// <value><see cref="IdShape.DefaultPrefixes"/></value>
    public IList<string> IdPrefixes { get; set; } = [.. IdShape.DefaultPrefixes];

    /// <summary>The key of the hash, UTF-8. A secret. Empty: one of 32 random bytes is made and kept in <c>DataDirectory/keys</c>.</summary>
    public Secret IdentityKey { get; set; } = Secret.None;
}

internal enum IdentityMode
{
    /// <summary>An id by its shape passes; all else is hashed.</summary>
    Structural,

    /// <summary>Every identity is hashed.</summary>
    Hash,

    /// <summary>Left out.</summary>
    Omit,

    /// <summary>As received: only where the law and the people concerned allow it.</summary>
    Raw,
}
