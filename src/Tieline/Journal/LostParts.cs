namespace Tieline.Journal;

/// <summary>What of a fact may be lost, in the words of its line's <c>detail</c>: <c>docs/formats/audit-log.md</c>.</summary>
internal static class LostParts
{
    /// <summary>The member of <c>detail</c>.</summary>
    public const string Member = "lost";

    public const string EventGone = "event removed";
    public const string EventUnreadable = "event unreadable";
    public const string FactGone = "fact removed";
    public const string Positions = "positions unreadable";
    public const string Detail = "detail unreadable";
    public const string Time = "time unreadable";
    public const string Kind = "kind unknown";
}
