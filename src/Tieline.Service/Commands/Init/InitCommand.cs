using System.CommandLine;
using Tieline.Delivery;
using Tieline.Genesys;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;

namespace Tieline.Service.Commands.Init;

internal sealed class InitCommand : Verb
{
    private const string DotEnv = ".env";
    private const string SigningSecret = "crm.secret";

    private readonly Option<string?> _source = new("--source") { Description = "AnalyticsStream (the specification's stream) or Notifications (what every Genesys Cloud org offers).", HelpName = "SOURCE" };
    private readonly Option<string?> _region = new("--region") { Description = "The domain you log in at (mypurecloud.de) or the AWS region (eu-central-1).", HelpName = "REGION" };
    private readonly Option<string?> _clientId = new("--client-id") { Description = "Of an OAuth client with the grant Client Credentials.", HelpName = "ID" };
    private readonly Option<string?> _secretFile = new("--client-secret-file") { Description = "A file that holds its secret; read where it is, not copied.", HelpName = "FILE" };
    private readonly Option<string?> _crm = new("--crm-url") { Description = "Where the CRM takes events.", HelpName = "URL" };
    private readonly Option<bool?> _sign = new("--sign") { Description = $"Sign what is sent, with a secret that is made in {SigningSecret}." };
    private readonly Option<bool> _force = new("--force") { Description = "Write over files that are there." };
    private readonly Option<bool> _noDoctor = new("--no-doctor") { Description = "Do not look at once whether it works." };
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public InitCommand(GlobalOptions global, CommandContext context)
        : base("init", "Write tieline.json and .env: asks for what it needs, then has 'doctor' look whether it works. With flags, and without a terminal, it asks nothing.",
            "tieline init", "tieline init --source Notifications --region mypurecloud.de --client-id … --client-secret-file /run/secrets/genesys --crm-url https://crm.example/hook")
    {
        (_global, _context) = (global, context);
        foreach (var option in (Option[])[_source, _region, _clientId, _secretFile, _crm, _sign, _force, _noDoctor])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var file = parse.GetValue(_global.Config) ?? ConfigurationLoader.FileName;
        if (!parse.GetValue(_force) && FilesThatAreThere(file) is { Count: > 0 } there)
        {
            await _context.Error.WriteLineAsync($"tieline: {string.Join(" and ", there)} {(there.Count == 1 ? "is" : "are")} there already; --force writes over {(there.Count == 1 ? "it" : "them")}.");
            return ExitCode.Failed;
        }

        var interview = new Interview(_context);
        var answers = await AskAsync(parse, interview);
        if (interview.Problems.Count > 0)
        {
            foreach (var problem in interview.Problems)
                await _context.Error.WriteLineAsync($"tieline: {problem}");
            return ExitCode.Usage;
        }

        if (answers.SecretFile is { } secret && !File.Exists(At(secret)))
            SecretFiles.Write(At(secret), SigningKey.Create(SigningAlgorithm.V1).Text);
        SecretFiles.Write(At(DotEnv), InitFiles.Environment(answers));
        Write(At(file), InitFiles.Configuration(answers));
        await _context.Error.WriteLineAsync($"Wrote {file} and {DotEnv} (0600){(answers.SecretFile is null ? "" : $"; the CRM verifies with the secret in {answers.SecretFile}")}.");
        if (parse.GetValue(_noDoctor))
            return ExitCode.Done;
        await _context.Error.WriteLineAsync("Looking whether it works ('tieline doctor') …");
        var code = await TielineCommand.RunAsync(file == ConfigurationLoader.FileName ? ["doctor"] : ["doctor", "--config", file], _context);
        if (code == ExitCode.Done)
            await _context.Error.WriteLineAsync($"All is well. Start it: tieline run{(file == ConfigurationLoader.FileName ? "" : $" --config {file}")}");
        return code;
    }

    private async Task<InitAnswers> AskAsync(ParseResult parse, Interview interview)
    {
        var source = await interview.AskAsync(_source.Name, parse.GetValue(_source), "Genesys's API, Notifications or AnalyticsStream", nameof(GenesysSource.Notifications), "Genesys:Source");
        var region = await interview.AskAsync(_region.Name, parse.GetValue(_region), "The domain you log in at, or the AWS region", "mypurecloud.com", "Genesys:Region");
        var id = await interview.AskAsync(_clientId.Name, parse.GetValue(_clientId), "Client id of the OAuth client (grant: Client Credentials)", null, "Genesys:ClientId");
        var file = parse.GetValue(_secretFile);
        var secret = file is not null || _context.Input is null
            ? null
            : await interview.AskAsync(_secretFile.Name, null, "Its secret (it is not shown)", null, "Genesys:ClientSecret", isSecret: true);
        if (secret is null)
            file = await interview.AskAsync(_secretFile.Name, file, "The file that holds the client's secret", null, "Genesys:ClientSecretFile");
        var crm = await interview.AskAsync(_crm.Name, parse.GetValue(_crm), "URL where the CRM takes events", null, "Destinations:0:Url");
        var sign = await interview.IsYesAsync(parse.GetValue(_sign), "Sign what is sent, so that the CRM can tell that it is from here", usual: true);
        _ = Enum.TryParse<GenesysSource>(source, ignoreCase: true, out var parsed);
        return new InitAnswers(parsed, region, id, secret, file, crm, sign ? SigningSecret : null);
    }

    private List<string> FilesThatAreThere(string file) => [.. ((string[])[file, DotEnv]).Where(name => File.Exists(At(name)))];

    private string At(string file) => Path.GetFullPath(file, _context.WorkingDirectory);

    private static void Write(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Cannot write '{path}': {e.Message}", e);
        }
    }
}
