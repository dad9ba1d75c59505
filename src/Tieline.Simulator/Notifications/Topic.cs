namespace Tieline.Simulator.Notifications;

/// <summary>A topic as it was asked for, and what it stands for: <c>v2.users.{id}?presence&amp;conversations</c> is two.</summary>
/// <param name="Id">As it was asked for.</param>
/// <param name="Expanded">The topics that notifications arrive under.</param>
internal sealed record Topic(string Id, IReadOnlyList<string> Expanded)
{
    public const string Queues = "v2.routing.queues.";
    public const string Users = "v2.users.";
    public const string Conversations = ".conversations";
    public const int Longest = 200;

    /// <param name="id">As it was asked for.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static Topic? Parse(string id, out string? problem)
    {
        problem = null;
        var system = id.StartsWith("v2.system.", StringComparison.OrdinalIgnoreCase) || id.StartsWith("channel.", StringComparison.OrdinalIgnoreCase);
        if (id.Length > Longest)
        {
            problem = $"A topic has at most {Longest} characters";
        }
        else if (system || !IsWellFormed(id))
        {
            problem = $"Invalid topic: {id}";
        }
        if (problem is not null)
        {
            return null;
        }
        var parts = id.Split('?', 2);
        return new Topic(id, parts.Length == 1 ? [id] : [.. parts[1].Split('&').Select(suffix => $"{parts[0]}.{suffix}")]);
    }

    /// <returns>The queue that a topic is of; null: it is of none.</returns>
    public static string? QueueOf(string expanded) =>
        expanded.StartsWith(Queues, StringComparison.OrdinalIgnoreCase) ? expanded[Queues.Length..].Split('.')[0] : null;

    public static bool IsOfUser(string expanded) => expanded.StartsWith(Users, StringComparison.OrdinalIgnoreCase);

    /// <summary>At least a resource, an id and a suffix. The id of a simulated user may be an address or a name: whatever it is, it goes into the topic as it is.</summary>
    private static bool IsWellFormed(string id)
    {
        var parts = id.Split('?', 2);
        return id.StartsWith("v2.", StringComparison.OrdinalIgnoreCase)
            && parts[0].Split('.').Length >= (parts.Length == 2 ? 3 : 4)
            && !parts[0].EndsWith('.')
            && (parts.Length == 1 || parts[1].Split('&').All(suffix => suffix.Length > 0 && suffix.All(c => char.IsAsciiLetter(c) || c == '.')));
    }
}
