using System.CommandLine;
using Tieline.Service.Hosting;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class TokenRevokeCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The token." };

    public TokenRevokeCommand(GlobalOptions global, CommandContext context)
        : base("revoke", "Withdraw a token: it is worth nothing from now on, and sessions in the console that began with it are over. A running Tieline is asked to do it.", "tieline token revoke monitoring")
    {
        Arguments.Add(_name);
        SetAction(async (parse, cancellation) =>
        {
            if (global.LoadOrExplain(parse, context) is not { } options)
                return ExitCode.Usage;
            var name = parse.GetValue(_name)!;
            if (TokenMaker.CheckName(name) is { } problem)
            {
                await context.Error.WriteLineAsync($"tieline: NAME: {problem}.");
                return ExitCode.Usage;
            }

            var location = DataLocation.Find(options.DataDirectory, context);
            if (location.IsInUse)
            {
                using var client = new ServiceClient(location, options);
                await client.PostAsync($"tokens/{name}/revoke", [], cancellation);
            }
            else if (!await LoneJournal.UseAsync(location, options, context, journal => journal.RevokeTokenAsync(name, Environment.UserName, cancellation), cancellation))
            {
                throw new StartupException($"Nothing was done: {TokenApi.Unknown(name)}.");
            }

            await context.Output.WriteLineAsync($"Token '{name}' is worth nothing from now on.");
            return ExitCode.Done;
        });
    }
}
