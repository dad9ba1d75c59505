using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class TokenCreateCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The name; the audit log has it for whoever uses the token." };
    private readonly Option<string> _role = new("--role") { Description = $"What the token may do: {string.Join(", ", AccessRoles.All)}.", HelpName = "ROLE", Required = true };
    private readonly Option<int?> _days = new("--expires-in-days") { Description = "How long it holds; without it, until it is revoked.", HelpName = "DAYS" };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public TokenCreateCommand(GlobalOptions global, CommandContext context)
        : base("create", "Make a token and print it. It is shown this once: only its hash is stored. It holds at once; a running Tieline is asked to make it.",
            "tieline token create monitoring --role metrics", "tieline token create crm-sync --role watermark --expires-in-days 365")
    {
        (_global, _context) = (global, context);
        _role.AcceptOnlyFromAmong([.. AccessRoles.All]);
        _name.Validators.Add(result =>
        {
            if (TokenMaker.CheckName(result.GetValue(_name)) is { } problem)
                result.AddError($"NAME: {problem}.");
        });
        _days.Validators.Add(result =>
        {
            if (result.GetValue(_days) is < 1 or > 3_650)
                result.AddError("--expires-in-days must be from 1 to 3650.");
        });
        Arguments.Add(_name);
        Options.Add(_role);
        Options.Add(_days);
        Options.Add(_json);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        if (_global.LoadOrExplain(parse, _context) is not { } options)
            return ExitCode.Usage;
        var (name, role) = (parse.GetValue(_name)!, parse.GetValue(_role)!);
        DateTimeOffset? expiresAt = parse.GetValue(_days) is { } days ? _context.Time.GetUtcNow().AddDays(days) : null;
        var made = await MakeAsync(DataLocation.Find(options.DataDirectory, _context), options, name, role, expiresAt, cancellation);
        if (parse.GetValue(_json))
        {
            ResultTable.Write(made, _context.Output);
            return ExitCode.Done;
        }

        await _context.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"Token '{name}' with the role '{role}'{(expiresAt is { } at ? $", until {EventTime.ToText(at)}" : "")}. It is shown this once. 'tieline token revoke {name}' withdraws it."));
        await _context.Output.WriteLineAsync($"{made["token"]}");
        return ExitCode.Done;
    }

    private async Task<JsonObject> MakeAsync(DataLocation location, TielineOptions options, string name, string role, DateTimeOffset? expiresAt, CancellationToken cancellation)
    {
        if (location.IsInUse)
        {
            using var client = new ServiceClient(location, options);
            var asked = new JsonObject { ["name"] = name, ["role"] = role };
            if (expiresAt is { } at)
                asked["expiresAt"] = EventTime.ToText(at);
            return await client.PostAsync("tokens", asked, cancellation);
        }

        var (text, token) = TokenMaker.Make(name, role, expiresAt, Environment.UserName, _context.Time.GetUtcNow());
        return await LoneJournal.UseAsync(location, options, _context, journal => journal.AddTokenAsync(token, cancellation), cancellation)
            ? TokenApi.Of(name, role, expiresAt, text)
            : throw new StartupException($"Nothing was done: {TokenApi.Taken(name)}.");
    }
}
