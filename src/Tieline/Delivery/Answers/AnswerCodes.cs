using System.Text;
using System.Text.Json;
using Tieline.Http;

namespace Tieline.Delivery;

/// <summary>Finds the error codes in what a destination answers. Pure. Only codes of <see cref="VendorCodes"/> and those that <see cref="CodeWords"/> knows are found: other text may be personal data.</summary>
internal static class AnswerCodes
{
    /// <summary>So many are kept of one answer.</summary>
    private const int Most = 8;

    /// <summary>Members whose value may be a code.</summary>
    private static readonly HashSet<string> _members = new(StringComparer.Ordinal)
    {
        "code", "errorCode", "error_code", "statusCode", "status_code", "errorType", "error_type", "type", "title", "category", "policyName", "error",
    };

    /// <summary>Members that hold errors. What is inside any other is passed over: it may be the event, or a person's record, told back.</summary>
    private static readonly HashSet<string> _holders = new(StringComparer.Ordinal) { "error", "errors", "fault", "detail", "details", "result", "results" };

    private static readonly HashSet<string> _tables = new(VendorCodes.Tables.SelectMany(table => table.Rows).Select(row => row.Code), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether all of <paramref name="text"/> is a code.</summary>
    public static bool IsCode(string text) => CodeIn(text) == text;

    /// <param name="body">UTF-8. What is cut off is read as far as it goes.</param>
    /// <returns>In the order of the answer, none twice; empty where it is no JSON or has none.</returns>
    public static IReadOnlyList<(string Member, string Value)> Find(ReadOnlySpan<byte> body)
    {
        var found = new List<(string, string)>();
        var reader = new Utf8JsonReader(VendorAnswer.WithoutMark(body), isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 32 }));
        var member = "";
        var isNamed = false; // the token before was its name
        try
        {
            while (found.Count < Most && reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    (member, isNamed) = (reader.GetString()!, true);
                    continue;
                }

                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && isNamed && !_holders.Contains(member) && !reader.TrySkip())
                    break;
                if (reader.TokenType == JsonTokenType.EndObject)
                    member = "";
                else if (_members.Contains(member) && CodeOf(ref reader) is { } code && !found.Contains((member, code)))
                    found.Add((member, code));
                isNamed = false;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON from here on, or no UTF-8: what came before may do.
        }

        return found;
    }

    private static string? CodeOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => CodeIn(reader.GetString()!),
        JsonTokenType.Number => CodeWords.CodeIn(Encoding.ASCII.GetString(reader.ValueSpan)),
        _ => null,
    };

    private static string? CodeIn(string text) => _tables.Contains(text) ? text : CodeWords.CodeIn(text);
}
