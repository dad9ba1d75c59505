using Tieline.Journal;

namespace Tieline.Service.Web.Pages.Events;

/// <summary>Where an event stands at a destination, in words.</summary>
/// <param name="Class">Of the mark beside it.</param>
public sealed record EventFate(string Destination, string Text, string Class)
{
    internal static EventFate Of(EntryStanding standing)
    {
        var (text, css) = standing.Outcome switch
        {
            Outcomes.Delivered => ("delivered", "good"),
            Outcomes.DeadLettered => ("dead letter", "bad"),
            Outcomes.Waiting => ("waits", "watch"),
            var other => (other, "unknown"),
        };
        return new EventFate(standing.Destination.Name, $"{standing.Destination.Name}: {text}", css);
    }
}
