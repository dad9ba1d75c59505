using System.Text;
using System.Text.Json;

namespace Tieline.Service.Configuration;

/// <summary><c>docs/tieline.reference.json</c>, as built into the program.</summary>
internal static class ConfigurationReference
{
    private const string Resource = "tieline.reference.json";

    public static byte[] ReadBytes()
    {
        using var stream = typeof(ConfigurationReference).Assembly.GetManifestResourceStream(Resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The comment above each key, by key.</summary>
    public static IReadOnlyDictionary<string, string> ReadComments()
    {
        var comments = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = new Stack<(string Key, int Index)>();
        var pending = new StringBuilder();
        var name = "";
        var reader = new Utf8JsonReader(ReadBytes(), new JsonReaderOptions { CommentHandling = JsonCommentHandling.Allow, AllowTrailingCommas = true });
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.Comment:
                    pending.Append(pending.Length == 0 ? "" : " ").Append(reader.GetComment().Trim());
                    continue;
                case JsonTokenType.PropertyName:
                    name = Join(path, reader.GetString()!);
                    if (pending.Length > 0)
                    {
                        comments[name] = pending.ToString();
                    }

                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    // An item of a list has no name of its own.
                    if (path.Count > 0 && path.Peek().Index >= 0)
                    {
                        var (list, index) = path.Pop();
                        path.Push((list, index + 1));
                        name = $"{list}:{index}";
                    }

                    path.Push((name, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    path.Pop();
                    break;
                default:
                    break;
            }

            pending.Clear();
        }

        // A destination has no rules unless somebody gives it some: their keys are told where there are rules by default.
        foreach (var (key, comment) in comments.Where(known => known.Key.StartsWith("Filter:Rules:0:", StringComparison.Ordinal)).ToList())
        {
            comments["Destinations:0:" + key] = comment;
        }

        return comments;
    }

    private static string Join(Stack<(string Key, int Index)> path, string name) => path.TryPeek(out var at) && at.Key.Length > 0 ? $"{at.Key}:{name}" : name;
}
