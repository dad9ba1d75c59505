using System.Text.Json.Nodes;
using Tieline.Delivery;
using Tieline.Service.Configuration;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class ReferenceTests
{
    /// <summary>What users copy may never drift from the code.</summary>
    [Fact]
    public void The_reference_binds_to_the_defaults()
    {
        using var sandbox = new Sandbox();
        File.WriteAllBytes(Path.Combine(sandbox.Path, "tieline.json"), ConfigurationReference.ReadBytes());

        var loaded = sandbox.Load();

        loaded.Errors.Select(e => e.Key).ShouldBe(["Genesys:ClientId", "Genesys:ClientSecret", "Destinations:0:Url"]);
        Flat(loaded.Options).ShouldBe(Flat(new TielineOptions { Destinations = [new DestinationOptions()] }));
    }

    [Fact]
    public void The_reference_holds_every_key_with_a_comment()
    {
        var comments = ConfigurationReference.ReadComments();

        Keys(SettingShape.Root, "").Where(key => !comments.ContainsKey(key)).ShouldBeEmpty();
        comments.Keys.Except(Keys(SettingShape.Root, "")).ShouldBeEmpty();
    }

    [Fact]
    public void The_schema_describes_every_key_with_its_default()
    {
        var schema = ConfigurationSchema.Create();

        foreach (var key in Keys(SettingShape.Root, ""))
        {
            Find(schema, key)["description"]!.GetValue<string>().ShouldNotBeEmpty(key);
        }

        Find(schema, "Genesys:Region")["default"]!.GetValue<string>().ShouldBe("mypurecloud.com");
        Find(schema, "Destinations:0:Concurrency")["default"]!.GetValue<int>().ShouldBe(32);
        Find(schema, "Redaction:Identity")["enum"]!.AsArray().Select(n => n!.GetValue<string>()).ShouldBe(["Structural", "Hash", "Omit", "Raw"]);
    }

    private static JsonObject Find(JsonObject schema, string key) =>
        key.Split(':').Aggregate(schema, (at, part) => part == "0" ? at["items"]!.AsObject() : at["properties"]![part].ShouldNotBeNull(key).AsObject());

    private static List<string> Flat(TielineOptions options) => [.. EffectiveValue.All(options, new Dictionary<string, GivenSetting>()).Select(v => $"{v.Key}={v.Value}")];

    private static IEnumerable<string> Keys(SettingShape.Section section, string at)
    {
        foreach (var property in section.Properties)
        {
            var key = at + property.Name;
            yield return key;
            var inside = property.Shape switch
            {
                SettingShape.Section inner => Keys(inner, key + ":"),
                SettingShape.List { Element: SettingShape.Section element } => Keys(element, key + ":0:"),
                _ => [],
            };
            foreach (var inner in inside)
            {
                yield return inner;
            }
        }
    }
}
