using System.CommandLine;
using Tieline.Delivery;
using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

internal sealed class SecretCreateCommand : Verb
{
    public SecretCreateCommand(CommandContext context)
        : base("create", "Make a secret in a new file (0600). Signing:SecretFile of a destination then names it.",
            "tieline secret create /etc/tieline/crm.secret", "tieline secret create crm.key --algorithm V1a")
    {
        var file = new Argument<string>("FILE") { Description = "Where to write it; there must be no such file yet." };
        var algorithm = new Option<SigningAlgorithm>("--algorithm") { Description = "V1: a secret that the CRM has too. V1a: a key pair, of which the CRM gets the public key.", HelpName = "V1|V1a" };
        Arguments.Add(file);
        Options.Add(algorithm);
        SetAction(parse =>
        {
            var path = Path.GetFullPath(parse.GetValue(file)!, context.WorkingDirectory);
            if (File.Exists(path))
            {
                throw new StartupException($"'{path}' exists. 'tieline secret rotate' replaces the secret of a destination.");
            }

            var key = SigningKey.Create(parse.GetValue(algorithm));
            SecretFiles.Write(path, key.Text);
            SecretFiles.Tell(context, key, path);
            return ExitCode.Done;
        });
    }
}
