using Microsoft.Extensions.Options;

namespace Tieline.Genesys;

/// <summary>Finds everything that is wrong with <c>Genesys:Notifications</c> at once, whichever source is in use. Whether there is anything to listen to, <see cref="GenesysOptionsValidator"/> knows.</summary>
internal sealed class NotificationOptionsValidator : IValidateOptions<NotificationOptions>
{
    private const string Section = "Genesys:Notifications";
    private const string Version = "v2.";

    /// <summary>Of a value that is wrong by its length, so much is shown.</summary>
    private const int Shown = 60;

    public ValidateOptionsResult Validate(string? name, NotificationOptions options)
    {
        var at = name ?? Section;
        var errors = new ValidateOptionsResultBuilder();
        Check(errors, $"{at}:Queues", options.Queues, "a queue's id or name, or * for every queue", _ => null);
        Check(errors, $"{at}:Users", options.Users, "a user's id", WhyNoUser);
        Check(errors, $"{at}:Topics", options.Topics, "a topic such as v2.users.{a user's id}.conversations", WhyNoTopic);
        return errors.Build();
    }

    /// <param name="whyNot">What is wrong with an item that is not blank; null when nothing is.</param>
    private static void Check(ValidateOptionsResultBuilder errors, string key, IList<string> items, string allowed, Func<string, string?> whyNot)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < items.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(items[i]))
                errors.AddError($"must be {allowed}, was empty", $"{key}:{i}");
            else if (!seen.TryAdd(items[i], i))
                errors.AddError($"is a second '{Show(items[i])}': {key}:{seen[items[i]]} is the first", $"{key}:{i}");
            else if (whyNot(items[i]) is { } why)
                errors.AddError($"{why}, was '{Show(items[i])}'", $"{key}:{i}");
        }
    }

    private static string? WhyNoUser(string user) =>
        Guid.TryParseExact(user, "D", out _) ? null : "must be a user's id, a UUID such as 77aa7b1c-0000-4000-8000-000000000001 (names and addresses are none)";

    private static string? WhyNoTopic(string topic) => topic switch
    {
        _ when TopicName.IsSystem(topic) => "must not be one of Genesys's own (channel.*, v2.system.*, v2.subscription.*): those come by themselves",
        _ when !topic.StartsWith(Version, StringComparison.OrdinalIgnoreCase) => $"must start with {Version}",
        { Length: > TopicName.MaxCombined } => $"must have at most {TopicName.MaxCombined} characters, had {topic.Length}",
        _ when topic.Any(c => c is '{' or '}' or '*' || char.IsWhiteSpace(c)) => "must hold an id where the documentation has {id}, and no blanks: a channel knows no wildcards (Queues: [\"*\"] finds every queue)",
        _ => null,
    };

    private static string Show(string text) => text.Length <= Shown ? text : text[..Shown] + "…";
}
