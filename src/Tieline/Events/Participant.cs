namespace Tieline.Events;

/// <summary>Someone in a conversation. Only these three members of what Genesys sends are ever read.</summary>
/// <param name="Id">The participant's id within the conversation; null where Genesys left it out.</param>
/// <param name="Role"><c>customer</c>, <c>agent</c>, <c>acd</c>, …; null where Genesys left it out.</param>
/// <param name="Identity">Free text that may name a person until it has been redacted; null where there is none.</param>
internal sealed record Participant(string? Id, string? Role, string? Identity);
