using System.Text.RegularExpressions;

namespace Tieline.Filtering;

/// <summary>Whether an identity is an id by its shape, and not something a person could be known by.</summary>
internal static partial class IdentityShape
{
    /// <summary>A UUID; letters, then <c>:</c> or <c>-</c>, then a UUID or up to 12 letters and digits with a digit among them; or 3 to 6 digits.</summary>
    /// <remarks>Letters that name an address or an account elsewhere (<c>tel</c>, <c>sip</c>, <c>email</c>, …), as the last or an earlier word, are no id, whatever follows:
    /// <c>tel:15550100123</c> and <c>customer-phone-15550100123</c> have the shape and are phone numbers.</remarks>
    public static bool IsStructural(string identity) => identity.Length <= MaxLength && Structural().IsMatch(identity) && !Address().IsMatch(identity);

    /// <summary>No id is longer; so no input keeps the expressions busy.</summary>
    private const int MaxLength = 100;

    private const string Uuid = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}";

#pragma warning disable MA0009 // both are linear, and the length is bounded
    [GeneratedRegex($@"\A(?:{Uuid}|[A-Za-z]+(?:-[A-Za-z]+)*[:-](?:{Uuid}|(?=[A-Za-z]*[0-9])[A-Za-z0-9]{{1,12}})|[0-9]{{3,6}})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Structural();

    [GeneratedRegex(@"(?:\A|-)(?:tel|telephone|phone|cell|cellphone|mobile|fax|sms|mms|ani|dnis|callto|sips?|h323|mail|email|mailto|im|xmpp|skype|whats-?app|twitter|facebook|instagram|telegram|viber|wechat)[:-]", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Address();
#pragma warning restore MA0009
}
