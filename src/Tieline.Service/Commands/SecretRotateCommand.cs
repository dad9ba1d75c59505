using System.CommandLine;
using Tieline.Delivery;
using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

internal sealed class SecretRotateCommand : Verb
{
    private readonly Option<string?> _destination = new("--destination") { Description = "Its name; not needed where there is one only.", HelpName = "NAME" };
    private readonly Option<bool> _force = new("--force") { Description = "Also while the secret before the last still signs: a CRM that has only that one will refuse what comes." };
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public SecretRotateCommand(GlobalOptions global, CommandContext context)
        : base("rotate", "Replace the secret in a destination's Signing:SecretFile. A running Tieline signs with the new one and the old one within 30 s, and with the new one alone after Signing:Overlap.",
            "tieline secret rotate --destination crm", "tieline secret rotate --config /etc/tieline/tieline.json --destination crm")
    {
        (_global, _context) = (global, context);
        Options.Add(_destination);
        Options.Add(_force);
        SetAction(Rotate);
    }

    private int Rotate(ParseResult parse)
    {
        if (_global.LoadOrExplain(parse, _context) is not { } options)
        {
            return ExitCode.Usage;
        }

        var destination = Find(options.Destinations, parse.GetValue(_destination));
        var signing = destination.Signing;
        if (signing.SecretFile is not { } file || signing.PreviousFile is not { } previous)
        {
            throw new StartupException(!signing.IsOn
                ? $"Destination '{destination.Name}' signs nothing: 'tieline secret create FILE' makes a secret, and Signing:SecretFile names it."
                : $"Destination '{destination.Name}' does not have its secrets in files, so there is nothing to write to: give Signing:SecretFile, and PreviousSecretFile or neither. "
                    + "Or put a new secret where the configuration has the old one, the old one into Signing:PreviousSecret, and restart.");
        }

        var signsUntil = File.Exists(previous) ? new DateTimeOffset(File.GetLastWriteTimeUtc(previous)) + signing.Overlap : DateTimeOffset.MinValue;
        if (signsUntil > _context.Time.GetUtcNow() && !parse.GetValue(_force))
        {
            throw new StartupException($"The secret before still signs until {signsUntil:u}: a CRM that has only that one would be lost. Wait, or say --force.");
        }

        var key = SigningKey.Create(signing.Algorithm);
        // In this order: at no time is the old secret in neither file.
        SecretFiles.Write(previous, SecretText.Read(file, out var problem) ?? throw new StartupException($"Cannot rotate: {problem}."));
        SecretFiles.Write(file, key.Text);
        SecretFiles.Tell(_context, key, file);
        _context.Error.WriteLine($"The old one is in {previous} and signs too until {_context.Time.GetUtcNow() + signing.Overlap:u} (Signing:Overlap). A running Tieline takes them up within 30 s.");
        return ExitCode.Done;
    }

    private static DestinationOptions Find(IList<DestinationOptions> destinations, string? name)
    {
        var names = string.Join(", ", destinations.Select(destination => destination.Name));
        return name is null
            ? destinations.Count == 1 ? destinations[0] : throw new StartupException($"Which one? --destination takes one of: {names}.")
            : destinations.FirstOrDefault(destination => destination.Name == name) ?? throw new StartupException($"There is no destination '{name}'; there is: {names}.");
    }
}
