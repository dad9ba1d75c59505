using System.Runtime.CompilerServices;
using Tieline.Simulator;

namespace Tieline.FunctionalTests.Support;

/// <summary>Something that went wrong, and what somebody on call finds about it.</summary>
/// <param name="Configure">How the site begins.</param>
/// <param name="StageAsync">Makes it go wrong, and waits until Tieline has noticed and nothing moves any more.</param>
/// <param name="Answers">By question.</param>
internal sealed record Incident(Action<SiteOptions> Configure, Func<Site, Truth, Task> StageAsync, IReadOnlyDictionary<string, Answer> Answers)
{
    /// <summary>Whether it can be staged on this machine; null: on every one.</summary>
    public Func<bool>? IsPossible { get; init; }
}

/// <summary>Where an answer stands, and when it is right.</summary>
/// <param name="Actions">What is clicked before it can be read, from the first page on.</param>
/// <param name="Where">A selector, or <see cref="OnCall.Clipboard"/>.</param>
/// <param name="IsTrue">Whether what is read there agrees with what the two ends know.</param>
internal sealed record Answer(string[] Actions, string Where, Func<OnCall.Reading, Truth, bool> IsTrue, [CallerArgumentExpression(nameof(IsTrue))] string Condition = "");

/// <summary>How the CRM answers at present; null: as it does when all is well.</summary>
internal sealed class CrmMood
{
    public Func<CrmRequest, CrmAnswer?>? Decide { get; set; }
}

/// <summary>What the two ends know, and the test's own clock.</summary>
internal sealed class Truth(Site site)
{
    private static readonly TimeSpan _coarse = TimeSpan.FromSeconds(2);

    /// <summary>Between these two Tieline connected.</summary>
    public required (DateTimeOffset From, DateTimeOffset To) Connected { get; init; }

    /// <summary>Between these two it went wrong and was noticed.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Broken { get; set; }

    /// <summary>How many requests the CRM had got when all was staged; so with the other figure.</summary>
    public int RequestsBefore { get; set; }

    public long TokensRefusedBefore { get; set; }

    public required CrmMood Crm { get; init; }

    /// <summary>Ids that the CRM refuses for good.</summary>
    public List<string> Poison { get; } = [];

    public Site Site => site;

    public bool IsSubscribed => site.Genesys.Status.Subscribed > 0;

    /// <summary>Events that nobody was there to take.</summary>
    public int Missed => site.Genesys.Ledger().Count(line => !line.Written);

    /// <summary>Sent by Genesys and wanted, and not with the CRM, in order.</summary>
    public IReadOnlyList<LedgerLine> Waiting
    {
        get
        {
            var there = site.Crm.Requests().Where(request => request.Processed).Select(request => request.Id!).Concat(Poison).ToHashSet(StringComparer.Ordinal);
            return [.. site.Genesys.Ledger().Where(line => line.Passes && line.Written && !there.Contains(line.Id!)).DistinctBy(line => line.Id)];
        }
    }

    public long TokensRefused => site.Genesys.Status.TokenRequests.GetValueOrDefault(401);

    /// <summary>Requests since all was staged.</summary>
    public IReadOnlyList<CrmRequest> Since => site.Crm.Requests(RequestsBefore);

    public IReadOnlyList<CrmRequest> Answered(int status) => [.. site.Crm.Requests().Where(request => request.Status == status)];

    /// <summary>The conversations of these ids, each once.</summary>
    public IReadOnlyList<string> ConversationsOf(IEnumerable<string?> ids)
    {
        var wanted = ids.ToHashSet(StringComparer.Ordinal);
        return [.. site.Genesys.Ledger().Where(line => wanted.Contains(line.Id)).Select(line => line.ConversationId!).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether a moment that a page tells lies between two: pages tell seconds, and are a second old.</summary>
    public static bool Within(DateTimeOffset? told, (DateTimeOffset From, DateTimeOffset To) span) => told >= span.From - _coarse && told <= span.To + _coarse;

    public static bool Within(DateTimeOffset? told, DateTimeOffset? at) => at is { } there && Within(told, (there, there));
}
