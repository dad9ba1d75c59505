namespace Tieline.Journal;

/// <summary>A token for the API that a person made. What it is made of is known to whoever was given it alone.</summary>
/// <param name="Name">Unique among those that are not revoked.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Hash">SHA-256 of its text, 64 lower-case hex digits.</param>
/// <param name="CreatedBy">Who made it, as the audit log names them.</param>
/// <param name="ExpiresAt">From then on it is worth nothing; null: it holds until it is revoked.</param>
internal sealed record NamedToken(string Name, string Role, string Hash, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? ExpiresAt);
