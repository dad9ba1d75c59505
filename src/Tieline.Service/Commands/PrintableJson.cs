using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Diagnostics;

namespace Tieline.Service.Commands;

/// <summary>What a running Tieline answered, as a command may show it. Pure.</summary>
internal static class PrintableJson
{
    /// <returns>The same with each text on one printable line. Names of members are ours.</returns>
    public static T Of<T>(T node)
        where T : JsonNode => (T)Clean(node)!;

    private static JsonNode? Clean(JsonNode? node) => node switch
    {
        JsonObject one => new JsonObject(one.Select(member => KeyValuePair.Create(member.Key, Clean(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Clean)]),
        JsonValue text when text.GetValueKind() == JsonValueKind.String => Printable.Of(text.GetValue<string>()),
        _ => node?.DeepClone(),
    };
}
