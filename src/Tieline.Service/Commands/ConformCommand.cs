using System.CommandLine;
using Tieline.Delivery;
using Tieline.Service.Conform;
using Tieline.Service.Doctor;
using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

internal sealed class ConformCommand : Verb
{
    private readonly Argument<string?> _url = new("URL") { Description = "The receiver's address. Plain http to loopback only.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _secret = new("--secret") { Description = "The secret that it verifies with. Others on this machine can see it on the command line: --secret-file is better.", HelpName = "whsec_…" };
    private readonly Option<string?> _secretFile = new("--secret-file") { Description = "A file that holds the secret.", HelpName = "FILE" };
    private readonly Option<string?> _destination = new("--destination") { Description = "In place of URL: a destination of the configuration, with its format, signing, authentication and TLS.", HelpName = "NAME" };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public ConformCommand(GlobalOptions global, CommandContext context)
        : base("conform", "Try a receiver of Tieline's webhooks: signatures right and wrong, a stale one, copies, late, big and broken events, a slow body. It SENDS events, of one conversation that never was: to a test system, or to one where you can delete it. Exits with 3 when a check failed.",
            "tieline conform http://127.0.0.1:5080/webhooks/tieline --secret-file crm.secret", "tieline conform --destination crm --json")
    {
        (_global, _context) = (global, context);
        Arguments.Add(_url);
        foreach (var option in (Option[])[_secret, _secretFile, _destination, _json])
        {
            Options.Add(option);
        }

        Validators.Add(result =>
        {
            if (result.GetValue(_url) is null == result.GetValue(_destination) is null)
                result.AddError("Give URL or --destination.");
            if (result.GetValue(_secret) is not null && result.GetValue(_secretFile) is not null)
                result.AddError("Give --secret or --secret-file, not both.");
            if (result.GetValue(_destination) is not null && (result.GetValue(_secret) ?? result.GetValue(_secretFile)) is not null)
                result.AddError("--destination has a secret of its own: its Signing.");
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var options = parse.GetValue(_destination) is { } name ? Named(name, parse) : Given(parse);
        if (options is null)
            return ExitCode.Usage;
        using var receiver = new Receiver(options, ProgramVersion.Text, _context.Time);
        var events = new TestEvents(_context.Time.GetUtcNow(), Chance.Next);
        ICheck[] checks = [.. EventChecks.Of(receiver, events), .. SignatureChecks.Of(receiver, events), .. HttpChecks.Of(receiver, events, _context.Time)];
        using var progress = new ProgressLine(_context);
        var report = await new Examination(checks, _context.Time).RunAsync(check => progress.Show($"trying {check} …"), cancellation);
        progress.End();
        if (parse.GetValue(_json))
        {
            var json = report.ToJson();
            json["conversationId"] = events.ConversationId;
            ResultTable.Write(json, _context.Output);
        }
        else
        {
            report.Write(_context.Output, _context.OutputWidth);
            await _context.Output.WriteLineAsync($"The events were of the conversation {events.ConversationId}.");
        }

        return report.IsGood ? ExitCode.Done : ExitCode.Wanting;
    }

    private DestinationOptions? Named(string name, ParseResult parse)
    {
        if (_global.LoadOrExplain(parse, _context) is not { } loaded)
            return null;
        if (loaded.Destinations.FirstOrDefault(destination => destination.Name == name) is { } found)
            return found;
        _context.Error.WriteLine($"tieline: there is no destination '{name}'; there is {string.Join(", ", loaded.Destinations.Select(destination => destination.Name))}.");
        return null;
    }

    /// <summary>From the command line alone.</summary>
    private DestinationOptions? Given(ParseResult parse)
    {
        var options = new DestinationOptions { Name = "conform", Url = Uri.TryCreate(parse.GetValue(_url), UriKind.Absolute, out var url) ? url : new Uri("", UriKind.Relative) };
        var problem = new DestinationOptionsValidator().Validate("URL", options).Failures?.FirstOrDefault();
        string? text = parse.GetValue(_secret);
        if (problem is not null)
            problem = "URL " + problem[(problem.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        else if (parse.GetValue(_secretFile) is { } file)
            text = SecretText.Read(Path.GetFullPath(file, _context.WorkingDirectory), out problem);
        if (problem is null && text is not null)
        {
            if (SigningKey.Parse(text, out problem) is { } key)
                (options.Signing.Algorithm, options.Signing.Secret) = (key.Algorithm, new Secret(key.Text));
            else
                problem = $"the secret {problem}";
        }

        if (problem is null)
            return options;
        _context.Error.WriteLine($"tieline: {problem}");
        return null;
    }
}
