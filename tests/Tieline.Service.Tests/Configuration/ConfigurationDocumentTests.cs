using System.Text;
using System.Text.Json.Nodes;
using Tieline.Service.Configuration;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Configuration;

/// <summary><c>docs/configuration-reference.md</c> is made from the options: <c>TIELINE_WRITE_DOCS=1 ./test ConfigurationDocument</c> writes it anew.</summary>
public sealed class ConfigurationDocumentTests
{
    private static readonly string _path = Repository.FileNamed("docs/configuration-reference.md");
    private static readonly JsonNode? _reference = JsonNode.Parse(ConfigurationReference.ReadBytes(), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true });

    [Fact]
    public async Task The_document_has_every_key_with_its_default_and_what_is_allowed()
    {
        var document = Write(ConfigurationSchema.Create());

        if (Environment.GetEnvironmentVariable("TIELINE_WRITE_DOCS") is { Length: > 0 })
            await File.WriteAllTextAsync(_path, document, TestContext.Current.CancellationToken);

        (await File.ReadAllTextAsync(_path, TestContext.Current.CancellationToken)).ShouldBe(document, "TIELINE_WRITE_DOCS=1 ./test ConfigurationDocument writes it anew");
    }

    private static string Write(JsonObject schema)
    {
        var text = new StringBuilder("""
            # Configuration reference

            Written from the options by `ConfigurationDocumentTests`. [configuration.md](configuration.md) explains files, layers and reloading. [tieline.reference.json](tieline.reference.json) has the same keys as a file to copy from.

            In the environment a key is written with two underscores: `Gaps:HoldFor` is `TIELINE_Gaps__HoldFor`. `N` is the number of a list's item, from 0. Every secret, text and URL also has a key that ends in `_FILE` and names a file with the value.

            """.ReplaceLineEndings("\n"));
        var root = Properties(schema);
        text.Append("\n## General\n");
        WriteTable(text, root.Where(property => Properties(property.Value!).Count == 0 && ItemOf(property.Value!) is null).SelectMany(property => Rows(property.Key, property.Value!)));
        foreach (var (name, section) in root.Where(property => Properties(property.Value!).Count > 0 || ItemOf(property.Value!) is not null))
        {
            text.Append($"\n## {name}\n\n{Escaped(section!["description"]?.GetValue<string>())}\n");
            WriteTable(text, ItemOf(section) is { } item ? Properties(item).SelectMany(inner => Rows($"{name}:N:{inner.Key}", inner.Value!)) : Properties(section).SelectMany(inner => Rows($"{name}:{inner.Key}", inner.Value!)));
        }

        return text.ToString();
    }

    private static void WriteTable(StringBuilder text, IEnumerable<Row> rows)
    {
        text.Append("\n| key | default | allowed | meaning |\n|---|---|---|---|\n");
        foreach (var row in rows)
            text.Append($"| `{row.Key}` | {row.Default} | {row.Allowed} | {row.Meaning} |\n");
    }

    private static IEnumerable<Row> Rows(string key, JsonNode node)
    {
        if (Properties(node) is { Count: > 0 } inner)
            return Own(key, node, "").Concat(inner.SelectMany(property => Rows($"{key}:{property.Key}", property.Value!)));
        return ItemOf(node) is { } item ? Own(key, node, "a list").Concat(Properties(item).SelectMany(property => Rows($"{key}:N:{property.Key}", property.Value!))) : Own(key, node, AllowedIn(node));
    }

    private static IEnumerable<Row> Own(string key, JsonNode node, string allowed) => key is "$schema"
        ? []
        : [new Row(key, DefaultOf(key, node) is { } value && Properties(node).Count == 0 ? $"`{string.Join(' ', value.ToJsonString(ConfigurationSchema.Writing).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))}`" : "", allowed, Escaped(node["description"]?.GetValue<string>()))];

    /// <summary>The schema has none for a list: that is in the reference.</summary>
    private static JsonNode? DefaultOf(string key, JsonNode node) => node["default"] ?? key.Split(':').Aggregate(_reference, (at, part) => part == "N" ? (at as JsonArray)?.FirstOrDefault() : (at as JsonObject)?[part]) switch
    {
        JsonArray list when list.All(item => item is JsonValue) && list.Count > 0 => list,
        _ => null,
    };

    private static string AllowedIn(JsonNode node) => node["enum"] is JsonArray values ? string.Join(", ", values.Select(value => $"`{value?.GetValue<string>() ?? "null"}`"))
        : node["items"] is not null ? "a list"
        : node["additionalProperties"] is JsonObject ? "names and values"
        : node["format"]?.GetValue<string>() is "uri" ? "a URL"
        : (node["type"] as JsonArray)?.Select(type => type!.GetValue<string>()).FirstOrDefault(type => type != "null") ?? (node["type"] as JsonValue)?.GetValue<string>() ?? "";

    private static JsonObject Properties(JsonNode node) => node["properties"] as JsonObject ?? [];

    /// <summary>Of a list whose items have keys of their own.</summary>
    private static JsonNode? ItemOf(JsonNode node) => node["items"] is { } item && Properties(item).Count > 0 ? item : null;

    private static string Escaped(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private sealed record Row(string Key, string Default, string Allowed, string Meaning);
}
