using Tieline.Genesys;

namespace Tieline.Service.Commands.Demo;

/// <summary>What the command line asked of the demo.</summary>
/// <param name="For">How long events flow; null: until it is told to stop.</param>
/// <param name="Rate">Events a second that the simulator sends.</param>
/// <param name="Keep">Leave the data directory behind.</param>
/// <param name="Json">The summary as one JSON object on standard output, all else on standard error.</param>
/// <param name="Source">Over which of Genesys's APIs.</param>
internal sealed record DemoOptions(TimeSpan? For, int Rate, bool Keep, bool Json, GenesysSource Source = GenesysSource.AnalyticsStream)
{
    /// <summary>Whether events have no numbers, so that what was missed is known by time.</summary>
    public bool IsByTime => Source == GenesysSource.Notifications;
}
