using System.Text.Encodings.Web;
using System.Text.Json;
using Tieline.Service.Configuration;

namespace Tieline.Service.Commands;

internal sealed class ConfigShowCommand : Verb
{
    private static readonly JsonSerializerOptions Writing = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public ConfigShowCommand(GlobalOptions global, CommandContext context)
        : base("show", "Print every key with the value in force, and the layer it came from. Secrets are shown as ***.",
            "tieline config show", "tieline config show --json", "tieline config show --set Gaps:ReorderWindow=5s")
    {
        var json = GlobalOptions.Json();
        Options.Add(json);
        SetAction(parse =>
        {
            var loaded = global.Load(parse, context);
            if (parse.GetValue(json))
            {
                context.Output.Write(JsonSerializer.Serialize(loaded.Values, Writing) + "\n");
            }
            else
            {
                PrintTable(loaded.Values, context.Output);
            }

            GlobalOptions.Explain(loaded, context.Error);
            return loaded.Errors.Count == 0 ? ExitCode.Done : ExitCode.Usage;
        });
    }

    private static void PrintTable(IReadOnlyList<EffectiveValue> values, TextWriter output)
    {
        var keyWidth = values.Max(v => v.Key.Length);
        var valueWidth = Math.Min(values.Max(v => v.Value.Length), 60);
        output.WriteLine($"{"KEY".PadRight(keyWidth)}  {"VALUE".PadRight(valueWidth)}  FROM");
        foreach (var (key, value, source, origin) in values)
        {
            output.WriteLine($"{key.PadRight(keyWidth)}  {value.PadRight(valueWidth)}  {(origin.Length == 0 || origin == source ? source : $"{source} {origin}")}");
        }
    }
}
