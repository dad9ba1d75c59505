using Tieline.Journal;

namespace Tieline.Service.Web.Pages.Events;

/// <summary>Where an event stands at a destination, in words.</summary>
/// <param name="Class">Of the mark beside it.</param>
public sealed record EventFate(string Destination, string Text, string Class)
{
    /// <summary>At each destination that it is for.</summary>
    internal static IReadOnlyList<EventFate> Of(JournalReader reader, JournalPosition position)
    {
        var fates = new List<EventFate>();
        foreach (var place in reader.ReadPlaces())
        {
            if (position.Value <= place.StartsAfter.Value)
                continue; // accepted before it was configured
            var (text, css) = reader.ReadOutcome(place.Number, position) switch
            {
                Outcomes.Delivered => ("delivered", "good"),
                Outcomes.DeadLettered => ("dead letter", "bad"),
                { } other => (other, "unknown"),
                null => ("waits", "watch"),
            };
            fates.Add(new EventFate(place.Name, $"{place.Name}: {text}", css));
        }

        return fates;
    }
}
