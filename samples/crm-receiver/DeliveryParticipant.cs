namespace CrmReceiver;

/// <summary>Who took part. Each member may be absent; an identity is an id or a keyed hash, never a name.</summary>
internal sealed record DeliveryParticipant(string? Id, string? Role, string? Identity);
