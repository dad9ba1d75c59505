using Tieline.Genesys;

namespace Tieline.Service.Commands.Init;

/// <summary>What <c>tieline init</c> has to know.</summary>
/// <param name="ClientSecret">Null where <paramref name="ClientSecretFile"/> names the file that holds it.</param>
/// <param name="SecretFile">Of the signature for the CRM; null: unsigned.</param>
internal sealed record InitAnswers(GenesysSource Source, string Region, string ClientId, string? ClientSecret, string? ClientSecretFile, string CrmUrl, string? SecretFile);
