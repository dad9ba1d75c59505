namespace Tieline.Journal;

/// <summary>How far a conversation has come that is known from snapshots.</summary>
/// <param name="AskAt">When Genesys is to be asked what became of it, if nothing is heard of it until then.</param>
/// <param name="State">Without personal data. Null: it has ended, and goes.</param>
internal sealed record SavedConversation(string Id, DateTimeOffset AskAt, byte[]? State);
