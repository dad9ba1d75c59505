using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Tieline.Events;

namespace Tieline.Filtering;

/// <summary>The policy of every field: what of an event may be stored, logged and sent. Pure. An id passes if it has the shape of one, a word if it is one of Genesys's; anything else becomes <c>h:</c> and a keyed hash.</summary>
/// <remarks>Every way in applies it before anything is stored or compared, so the same text has the same hash on each. <c>docs/privacy.md</c> has the table of fields.</remarks>
/// <param name="mode">Of <c>participants[].identity</c>; the other fields have no mode.</param>
/// <param name="key">Of the HMAC; must stay the same for a person's hash to stay the same.</param>
/// <param name="prefixes">Of ids; see <see cref="IdShape"/>. Null: <see cref="IdShape.DefaultPrefixes"/>.</param>
/// <param name="written">What the operator has written in filter rules and subscriptions: states, media types and queue ids, which pass as they are.</param>
internal sealed class IdentityRedactor(IdentityMode mode, byte[] key, IReadOnlyList<string>? prefixes = null, IReadOnlySet<string>? written = null)
{
    /// <summary>A value that is longer makes a frame unreadable.</summary>
    public const int MaxLength = 200;

    /// <summary>Bytes of the HMAC that are kept: 16 hex digits.</summary>
    private const int HashBytes = 8;

    private const string HashPrefix = "h:";

    private static readonly SearchValues<char> _hexDigits = SearchValues.Create("0123456789abcdef");

    private readonly IReadOnlyList<string> _prefixes = prefixes ?? IdShape.DefaultPrefixes;

    /// <summary>Whether a frame that has this event can be read at all: words are words, and no value is longer than <see cref="MaxLength"/>.</summary>
    public static bool IsReadable(ConversationEvent read) =>
        KnownWords.IsWord(read.Type) && (read.State is null || KnownWords.IsWord(read.State)) && (read.MediaType is null || KnownWords.IsWord(read.MediaType))
        && IsShort(read.ConversationId) && IsShort(read.QueueId)
        && read.Participants.All(participant => IsShort(participant.Id) && IsShort(participant.Identity) && (participant.Role is null || KnownWords.IsWord(participant.Role)));

    /// <summary>Of an event as Genesys sent it.</summary>
    public RedactedEvent Redact(ConversationEvent original) => Redact(original, isClean: false);

    /// <summary>Of an event that was derived from what the policy has been applied to: its hashes stay.</summary>
    public RedactedEvent RedactDerived(ConversationEvent derived) => Redact(derived, isClean: true);

    /// <summary>Of a conversation, queue or participant, as Genesys sent it. What looks like a hash of ours is hashed too: <c>h:4111111111111111</c> is none.</summary>
    public string Id(string value) => Id(value, isClean: false);

    /// <inheritdoc cref="Id(string)"/>
    public string? IdOrNull(string? value) => value is null ? null : Id(value);

    /// <summary>A state, role or media type.</summary>
    public string? WordOrNull(string? value) => WordOrNull(value, isClean: false);

    /// <param name="isClean">The policy has been applied: a hash stays as it is.</param>
    private RedactedEvent Redact(ConversationEvent original, bool isClean)
    {
        var participants = new Participant[original.Participants.Count];
        for (var index = 0; index < participants.Length; index++)
        {
            var participant = original.Participants[index];
            participants[index] = new Participant(participant.Id is null ? null : Id(participant.Id, isClean), WordOrNull(participant.Role, isClean), Identity(participant.Identity, isClean));
        }

        var (conversation, state) = (Id(original.ConversationId, isClean), WordOrNull(original.State, isClean));
        return new RedactedEvent(original with
        {
            // An id that was made of what is hashed would let one try what it was.
            Id = conversation == original.ConversationId && state == original.State ? original.Id : EventId.Of(conversation, original.Type, state, original.OccurredAt),
            ConversationId = conversation,
            State = state,
            MediaType = WordOrNull(original.MediaType, isClean),
            QueueId = original.QueueId is null ? null : Id(original.QueueId, isClean),
            Participants = participants,
        });
    }

    private string Id(string value, bool isClean) => IdShape.Is(value, _prefixes) || written?.Contains(value) == true || (isClean && IsHash(value)) ? value : Hash(value);

    private string? WordOrNull(string? value, bool isClean) => value is null || KnownWords.Contains(value) || written?.Contains(value) == true || (isClean && IsHash(value)) ? value : Hash(value);

    private static bool IsShort(string? value) => value is null || value.Length <= MaxLength;

    private string? Identity(string? identity, bool isClean) => identity is null ? null : mode switch
    {
        IdentityMode.Structural => Id(identity, isClean),
        IdentityMode.Hash => Hash(identity),
        IdentityMode.Omit => null,
        IdentityMode.Raw => identity,
        _ => throw new InvalidOperationException($"Redaction:Identity has no mode {mode}"),
    };

    private static bool IsHash(string value) => value.Length == HashPrefix.Length + (2 * HashBytes) && value.StartsWith(HashPrefix, StringComparison.Ordinal) && !value.AsSpan(HashPrefix.Length).ContainsAnyExcept(_hexDigits);

    private string Hash(string identity)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(identity), hash);
        return string.Concat(HashPrefix, Convert.ToHexStringLower(hash[..HashBytes]));
    }
}
