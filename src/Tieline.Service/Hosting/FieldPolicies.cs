using Tieline.Filtering;
using Tieline.Service.Configuration;

namespace Tieline.Service.Hosting;

/// <summary>The policy of every field, as configured.</summary>
internal static class FieldPolicies
{
    /// <param name="key">Of the hashes; see <see cref="IdentityKeys"/>.</param>
    public static IdentityRedactor Create(TielineOptions options, byte[] key) => new(options.Redaction.Identity, key, [.. options.Redaction.IdPrefixes], WrittenIn(options));

    /// <summary>What the operator has written in rules and subscriptions is no secret of a person.</summary>
    private static HashSet<string> WrittenIn(TielineOptions options) =>
    [
        .. options.Filter.Rules.Concat(options.Destinations.SelectMany(destination => destination.Filter.Rules)).SelectMany(rule => rule.States.Concat(rule.MediaTypes).Concat(rule.Queues)),
        .. options.Genesys.Subscription.Types,
        .. options.Genesys.Subscription.States,
    ];
}
