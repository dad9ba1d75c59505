namespace Tieline.Delivery;

/// <summary>All that is known of one CRM's error codes. Pure.</summary>
/// <param name="name">The recipe's directory in <c>samples/</c>.</param>
/// <param name="namesCodesInside">Its errors name, in their text, the code of what is behind them; elsewhere a word in a text may be a customer's.</param>
internal sealed class VendorTable(string name, IReadOnlyList<VendorCode> rows, bool namesCodesInside = false)
{
    private readonly ILookup<string, VendorCode> _codes = rows.Where(row => !row.IsPhrase).ToLookup(row => row.Code, StringComparer.OrdinalIgnoreCase);

    /// <summary>What may be named inside the text of another error: what is over by itself, or is nobody's event's fault; and words that are there for it.</summary>
    private readonly IReadOnlyList<VendorCode> _inside =
        [.. rows.Where(row => row.IsPhrase || (namesCodesInside && row is { Meaning: < VendorMeaning.Misconfigured, Status: null })).OrderBy(row => row.Meaning)];

    public string Name => name;

    public IReadOnlyList<VendorCode> Rows => rows;

    /// <param name="codes">Where the answer has its codes: of those that are known, the weightiest counts.</param>
    /// <param name="text">Of the whole error, in which what is behind it may be named.</param>
    /// <returns>Null where nothing in it is known.</returns>
    public VendorCode? Find(int status, IEnumerable<string> codes, string text)
    {
        var known = codes.Select(code => Find(status, code)).OfType<VendorCode>().MinBy(row => row.Meaning);
        return known is { Wraps: false } ? known : FindInside(text) ?? known;
    }

    private VendorCode? Find(int status, string code) =>
        _codes[code].FirstOrDefault(row => row.Status == status) ?? _codes[code].FirstOrDefault(row => row.Status is null);

    private VendorCode? FindInside(string text) => _inside.FirstOrDefault(row => Names(text, row.Code));

    /// <summary>As a word of its own: <c>LIMIT</c> is not in <c>LIMIT_EXCEEDED</c>.</summary>
    private static bool Names(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            var end = at + word.Length;
            if ((at == 0 || !IsInWord(text[at - 1])) && (end == text.Length || !IsInWord(text[end])))
                return true;
        }

        return false;
    }

    private static bool IsInWord(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';
}
