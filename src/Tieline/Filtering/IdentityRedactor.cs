using System.Security.Cryptography;
using System.Text;
using Tieline.Events;

namespace Tieline.Filtering;

/// <summary>Takes out of an event what may name a person. Pure. Whatever mode is set, only id, role and identity of a participant are ever left.</summary>
/// <param name="key">Of the HMAC; must stay the same for a person's hash to stay the same.</param>
internal sealed class IdentityRedactor(IdentityMode mode, byte[] key)
{
    /// <summary>Bytes of the HMAC that are kept: 16 hex digits.</summary>
    private const int HashBytes = 8;

    public RedactedEvent Redact(ConversationEvent original)
    {
        var participants = new Participant[original.Participants.Count];
        for (var index = 0; index < participants.Length; index++)
            participants[index] = original.Participants[index] with { Identity = Redact(original.Participants[index].Identity) };
        return new RedactedEvent(original with { Participants = participants });
    }

    private string? Redact(string? identity) => identity is null ? null : mode switch
    {
        IdentityMode.Structural => IdentityShape.IsStructural(identity) ? identity : Hash(identity),
        IdentityMode.Hash => Hash(identity),
        IdentityMode.Omit => null,
        IdentityMode.Raw => identity,
        _ => throw new InvalidOperationException($"Redaction:Identity has no mode {mode}"),
    };

    private string Hash(string identity)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(identity), hash);
        return string.Concat("h:", Convert.ToHexStringLower(hash[..HashBytes]));
    }
}
