using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tieline.Service.Commands.Init;

/// <summary>The text of the files that <c>tieline init</c> writes. Pure.</summary>
internal static class InitFiles
{
    private static readonly JsonSerializerOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>tieline.json</c>: no secret is in it, so it may be kept in version control.</summary>
    public static string Configuration(InitAnswers answers)
    {
        var text = new StringBuilder();
        text.AppendLine("// Made by 'tieline init'. Every key with its default: docs/tieline.reference.json, or 'tieline config schema'; what is in force: 'tieline config show'.");
        text.AppendLine("// Secrets are not in this file: .env has them, or the files that are named here.");
        text.AppendLine("{");
        text.AppendLine("  \"Genesys\": {");
        text.AppendLine("    // AnalyticsStream: one numbered stream of the whole org. Notifications: the API that every Genesys Cloud org offers, by queue and user.");
        text.AppendLine($"    \"Source\": {Json(answers.Source.ToString())},");
        text.AppendLine("    // The domain you log in at, or the AWS region.");
        text.AppendLine($"    \"Region\": {Json(answers.Region)}");
        text.AppendLine("    // What to listen to with Notifications: \"Notifications\": { \"Queues\": [\"*\"] } is every queue, and the default.");
        text.AppendLine("  },");
        text.AppendLine("  // Which events go on. By default: conversations that were completed, abandoned or transferred, and routing.queue.");
        text.AppendLine("  // \"Filter\": { \"Rules\": [{ \"Type\": \"conversation.state\", \"States\": [\"completed\"] }] },");
        text.AppendLine("  \"Destinations\": [");
        text.AppendLine("    {");
        text.AppendLine("      // Its progress is kept under this name: do not change it.");
        text.AppendLine("      \"Name\": \"crm\",");
        if (answers.SecretFile is { } secret)
        {
            text.AppendLine($"      \"Url\": {Json(answers.CrmUrl)},");
            text.AppendLine("      // Standard Webhooks: the CRM verifies with the same secret. 'tieline secret rotate' replaces it.");
            text.AppendLine($"      \"Signing\": {{ \"SecretFile\": {Json(secret)} }}");
        }
        else
        {
            text.AppendLine($"      \"Url\": {Json(answers.CrmUrl)}");
            text.AppendLine("      // Signed by Standard Webhooks: \"Signing\": { \"SecretFile\": \"crm.secret\" }, made with 'tieline secret create crm.secret'.");
        }

        text.AppendLine("      // What the CRM allows: \"RateLimit\": { \"PerSecond\": 10 }. How to log in there: \"Authentication\": { \"Type\": \"ApiKey\", … }.");
        text.AppendLine("    }");
        text.AppendLine("  ]");
        text.AppendLine("}");
        return text.ToString();
    }

    /// <summary><c>.env</c>: the credentials, for their owner alone.</summary>
    public static string Environment(InitAnswers answers)
    {
        var secret = answers.ClientSecretFile is { } file ? $"GENESYS_CLIENT_SECRET_FILE={Quoted(file)}" : $"GENESYS_CLIENT_SECRET={Quoted(answers.ClientSecret!)}";
        return $"# Made by 'tieline init'. Keep it out of version control.\nGENESYS_CLIENT_ID={Quoted(answers.ClientId)}\n{secret}\n";
    }

    private static string Json(string value) => JsonSerializer.Serialize(value, _writing);

    /// <summary>Single quotes: taken as it stands by us and by a shell. A value that has one itself goes without.</summary>
    private static string Quoted(string value) => value.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:".Contains(c)) || value.Contains('\'') ? value : $"'{value}'";
}
