using Tieline.Service.Configuration;

namespace Tieline.Service.Commands;

internal sealed class ConfigSchemaCommand : Verb
{
    public ConfigSchemaCommand(CommandContext context)
        : base("schema", "Print the JSON schema of tieline.json, for editors.", "tieline config schema > tieline.schema.json") =>
        SetAction(_ =>
        {
            context.Output.Write(ConfigurationSchema.Create().ToJsonString(ConfigurationSchema.Writing) + "\n");
            return ExitCode.Done;
        });
}
