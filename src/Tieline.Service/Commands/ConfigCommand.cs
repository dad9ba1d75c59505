namespace Tieline.Service.Commands;

internal sealed class ConfigCommand : Verb
{
    public ConfigCommand(GlobalOptions global, CommandContext context)
        : base("config", "Show, check and describe the configuration.", "tieline config show", "tieline config validate --config tieline.json", "tieline config schema > tieline.schema.json")
    {
        Subcommands.Add(new ConfigShowCommand(global, context));
        Subcommands.Add(new ConfigValidateCommand(global, context));
        Subcommands.Add(new ConfigDiffCommand(global, context));
        Subcommands.Add(new ConfigPreviewCommand(global, context));
        Subcommands.Add(new ConfigSchemaCommand(context));
    }
}
