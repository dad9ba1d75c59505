using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tieline.Service.Configuration;

/// <summary>The JSON schema of <c>tieline.json</c>: keys, types and allowed values from the options classes, descriptions from the reference file's comments.</summary>
internal static class ConfigurationSchema
{
    public static readonly JsonSerializerOptions Writing = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject Create()
    {
        var comments = ConfigurationReference.ReadComments();
        var schema = Of(SettingShape.Root, "", new TielineOptions(), comments);
        schema["properties"]!.AsObject().Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        schema.Insert(0, "title", "tieline.json");
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        return schema;
    }

    private static JsonObject Of(SettingShape shape, string key, object? value, IReadOnlyDictionary<string, string> comments)
    {
        var schema = shape switch
        {
            SettingShape.Section section => SectionOf(section, key, value!, comments),
            SettingShape.List list => new JsonObject { ["type"] = new JsonArray("array", "null"), ["items"] = Of(list.Element, $"{key}:0", ItemOf(list, value), comments) },
            SettingShape.Map map => new JsonObject { ["type"] = new JsonArray("object", "null"), ["additionalProperties"] = Of(map.Element, $"{key}:*", null, comments) },
            SettingShape.Value single => ValueOf(single, value),
            _ => throw new InvalidOperationException($"No such shape: {shape}."),
        };
        if (comments.TryGetValue(key, out var comment))
        {
            schema.Insert(0, "description", comment);
        }

        return schema;
    }

    private static JsonObject SectionOf(SettingShape.Section section, string key, object value, IReadOnlyDictionary<string, string> comments)
    {
        var properties = new JsonObject();
        foreach (var property in section.Properties)
        {
            var inner = key.Length == 0 ? property.Name : $"{key}:{property.Name}";
            properties[property.Name] = Of(property.Shape, inner, property.Info.GetValue(value), comments);
            if (property.Shape is SettingShape.Value { IsSecret: true })
            {
                properties[property.Name + SettingKey.FileSuffix] = new JsonObject { ["description"] = $"A file that holds {property.Name}.", ["type"] = "string" };
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (section.Properties.Any(p => p.Shape is SettingShape.Value { MayBeFile: true, IsSecret: false }))
        {
            schema["patternProperties"] = new JsonObject { [SettingKey.FileSuffix + "$"] = new JsonObject { ["type"] = "string" } };
        }

        return schema;
    }

    private static object? ItemOf(SettingShape.List list, object? items) =>
        list.Element is not SettingShape.Section ? null : items is IList { Count: > 0 } given ? given[0] : Activator.CreateInstance(list.ElementType);

    private static JsonObject ValueOf(SettingShape.Value shape, object? value)
    {
        var type = shape.Type;
        var schema = new JsonObject();
        if (type.IsEnum)
        {
            // Without a default, null says "not set"; the reference says so too.
            schema["enum"] = new JsonArray([.. Enum.GetNames(type).Select(n => JsonValue.Create(n)), .. value is null ? (JsonNode?[])[null] : []]);
        }
        else
        {
            schema["type"] = type == typeof(bool) ? "boolean"
                : type == typeof(int) ? "integer"
                : type == typeof(double) ? "number"
                : type == typeof(long) ? new JsonArray("integer", "string")
                : new JsonArray("string", "null");
        }

        if (type == typeof(Uri))
        {
            schema["format"] = "uri";
        }

        switch (value)
        {
            case null or Secret or "":
                break;
            case int or long or double or bool:
                schema["default"] = JsonSerializer.SerializeToNode(value);
                break;
            default:
                schema["default"] = SettingValue.Format(value);
                break;
        }

        return schema;
    }
}
