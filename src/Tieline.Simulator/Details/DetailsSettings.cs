namespace Tieline.Simulator.Details;

/// <summary>What of the details API can be changed while it runs.</summary>
internal sealed class DetailsSettings(GenesysSimulatorOptions options)
{
    private long _lagTicks = options.DetailsLag.Ticks;
    private long _earlierTicks = options.BeganEarlierBy.Ticks;

    public TimeSpan Lag => new(Volatile.Read(ref _lagTicks));

    public DetailsMatch Match { get; private set; } = options.DetailsMatch;

    public int RequestsPerMinute { get; private set; } = options.RequestsPerMinute;

    public double BeganEarlier { get; private set; } = options.BeganEarlier;

    public TimeSpan BeganEarlierBy => new(Volatile.Read(ref _earlierTicks));

    public void Apply(DetailsChange change)
    {
        Volatile.Write(ref _lagTicks, (change.Lag ?? Lag).Ticks);
        Volatile.Write(ref _earlierTicks, (change.BeganEarlierBy ?? BeganEarlierBy).Ticks);
        Match = change.Match ?? Match;
        RequestsPerMinute = change.RequestsPerMinute ?? RequestsPerMinute;
        BeganEarlier = change.BeganEarlier ?? BeganEarlier;
    }
}
