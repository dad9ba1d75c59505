namespace Tieline.Service.Commands.Demo;

/// <summary>Something that was done to the demo, and until when its effect lasted.</summary>
/// <param name="Until">Null while it lasts.</param>
/// <param name="CausesGaps">Whether events may be missed by it: not when only the CRM is away.</param>
internal sealed record Disturbance(string What, DateTimeOffset At, DateTimeOffset? Until, bool CausesGaps)
{
    /// <summary>Whether an event that was sent then may be in a gap because of this.</summary>
    public bool Explains(DateTimeOffset sent) => CausesGaps && sent >= At - DemoDefaults.InFlight && (Until is null || sent <= Until + DemoDefaults.InFlight);
}
