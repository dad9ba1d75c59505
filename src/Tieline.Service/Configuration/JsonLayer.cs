using System.Text.Json;

namespace Tieline.Service.Configuration;

/// <summary>A JSON text, flattened: one <see cref="GivenValue"/> for each leaf.</summary>
internal static class JsonLayer
{
    private static readonly JsonDocumentOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <param name="at">The key that the text is the value of; empty for a file.</param>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    /// <exception cref="FormatException">A file holds JSON, but no object.</exception>
    public static IEnumerable<GivenValue> Read(ReadOnlyMemory<byte> utf8, IReadOnlyList<string> at, string layer, string name)
    {
        var bytes = utf8.Span.StartsWith("\uFEFF"u8) ? utf8["\uFEFF"u8.Length..] : utf8;
        using var document = JsonDocument.Parse(bytes, Reading);
        if (at.Count == 0 && document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("must hold an object, { … }");
        }

        var values = new List<GivenValue>();
        Flatten(document.RootElement, at, (path, text, kind) => values.Add(new GivenValue(path, text, kind, layer, name)));
        return values;
    }

    private static void Flatten(JsonElement element, IReadOnlyList<string> path, Action<IReadOnlyList<string>, string, GivenKind> add)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = 0;
                foreach (var member in element.EnumerateObject())
                {
                    members++;
                    if (path.Count > 0 || member.Name != "$schema")
                    {
                        Flatten(member.Value, [.. path, member.Name], add);
                    }
                }

                if (members == 0)
                {
                    add(path, "", GivenKind.EmptySection);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    Flatten(item, [.. path, (index++).ToString()], add);
                }

                if (index == 0)
                {
                    add(path, "", GivenKind.EmptyList);
                }

                break;
            case JsonValueKind.String:
                add(path, element.GetString()!, GivenKind.Text);
                break;
            case JsonValueKind.Number:
                add(path, element.GetRawText(), GivenKind.Number);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                add(path, element.GetRawText(), GivenKind.Boolean);
                break;
            default:
                add(path, "", GivenKind.Null);
                break;
        }
    }
}
