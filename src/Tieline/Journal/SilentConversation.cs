namespace Tieline.Journal;

/// <summary>A conversation that Genesys is to be asked about.</summary>
/// <param name="Refusals">How often in a row it has been asked and gave no answer about this one.</param>
internal sealed record SilentConversation(string Id, int Refusals);
