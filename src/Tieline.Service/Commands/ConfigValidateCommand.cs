using System.Text.Json;

namespace Tieline.Service.Commands;

internal sealed class ConfigValidateCommand : Verb
{
    private static readonly JsonSerializerOptions Writing = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public ConfigValidateCommand(GlobalOptions global, CommandContext context)
        : base("validate", "Check the configuration as 'run' would: prints every error, one a line, and exits with 2 when there is one.",
            "tieline config validate", "tieline config validate --config /etc/tieline/tieline.json --json")
    {
        var json = GlobalOptions.Json();
        Options.Add(json);
        SetAction(parse =>
        {
            var loaded = global.Load(parse, context);
            GlobalOptions.Explain(loaded, context.Error);
            foreach (var warning in loaded.Warnings)
            {
                context.Error.WriteLine($"note: {warning}");
            }

            var valid = loaded.Errors.Count == 0;
            if (parse.GetValue(json))
            {
                context.Output.Write(JsonSerializer.Serialize(new { valid, loaded.Errors, loaded.Warnings }, Writing) + "\n");
            }
            else if (valid)
            {
                context.Output.WriteLine("The configuration is valid.");
            }

            return valid ? ExitCode.Done : ExitCode.Usage;
        });
    }
}
