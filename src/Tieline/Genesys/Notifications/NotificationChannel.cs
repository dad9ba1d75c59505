namespace Tieline.Genesys;

/// <summary>A notification channel of ours.</summary>
/// <param name="Id">A secret too: the address to listen at ends with it.</param>
/// <param name="ConnectUri">Whoever has it reads the events. Checked by <see cref="ConnectUriRule"/>.</param>
/// <param name="Grant">The token that it was made with, to which it is bound for its life.</param>
internal sealed record NotificationChannel(Secret Id, Secret ConnectUri, DateTimeOffset ExpiresAt, TokenOutcome.Granted Grant);
