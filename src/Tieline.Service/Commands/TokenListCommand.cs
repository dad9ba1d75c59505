using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Journal;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class TokenListCommand : Verb
{
    private readonly Option<bool> _json = GlobalOptions.Json();

    public TokenListCommand(GlobalOptions global, CommandContext context)
        : base("list", "The tokens that were made and not revoked. It is read from the data directory, whether Tieline runs or not.", "tieline token list")
    {
        Options.Add(_json);
        SetAction(async (parse, _) =>
        {
            if (global.LoadOrExplain(parse, context) is not { } options)
                return ExitCode.Usage;
            var location = DataLocation.Find(options.DataDirectory, context);
            var tokens = await DataLocation.ExplainAsync(() =>
            {
                using var reader = new JournalReader(location.Journal);
                return Task.FromResult(TokenApi.Of(reader.ReadTokens(), context.Time.GetUtcNow()));
            });
            if (parse.GetValue(_json))
                ResultTable.Write(new JsonObject { ["tokens"] = tokens }, context.Output);
            else if (tokens.Count == 0)
                await context.Output.WriteLineAsync($"There is none but the two in the data directory, {ConsoleToken.FileName} and {AccessTokens.ViewerFileName}. 'tieline token create' makes one.");
            else
                Write(tokens, context.Output);
            return ExitCode.Done;
        });
    }

    private static void Write(JsonArray tokens, TextWriter output)
    {
        var table = ResultTable.Create("name", "role", "created", "by", "expires");
        foreach (var one in tokens)
            table.Add(one!["name"], one["role"], one["createdAt"], one["createdBy"], one["expiresAt"] is { } at ? $"{at}{(one["expired"]!.GetValue<bool>() ? " (expired)" : "")}" : "never");
        ResultTable.Write(table, output);
    }
}
