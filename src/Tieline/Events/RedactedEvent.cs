namespace Tieline.Events;

/// <summary>An event whose every identity is an id by its shape, a keyed hash, or gone. The journal takes no other type, so nothing else can reach the disk.</summary>
/// <param name="Event">The event with redacted participants. Made by <c>Filtering.IdentityRedactor</c> alone, and by the journal when it reads back what it stored.</param>
internal sealed record RedactedEvent(ConversationEvent Event);
