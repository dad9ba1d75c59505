namespace Tieline.Service.Commands.Demo;

/// <summary>Asks all three how it goes, and copies the simulator's ledger, so that little of it can die with the simulator.</summary>
internal sealed class DemoMonitor(SimulatorClient simulator, TielineClient tieline, CrmClient crm, Ledger ledger, DisturbanceLog disturbances, TimeProvider time)
{
    private readonly LifeCounter _received = new();
    private readonly LifeCounter _kept = new();
    private readonly LifeCounter _gaps = new();

    public DemoFigures Figures { get; private set; } = new(0, 0, null, null, 0, null);

    /// <summary>Null while it does not answer.</summary>
    public SimulatorFigures? Simulator { get; private set; }

    /// <summary>Null while it does not answer.</summary>
    public TielineFigures? Tieline { get; private set; }

    /// <summary>Null while it does not answer.</summary>
    public CrmStats? Crm { get; private set; }

    public bool IsConnected => Tieline is { IsConnected: true } && Simulator is { Subscribed: > 0 } or { ChannelSockets: > 0 };

    public async Task TickAsync(CancellationToken cancellation)
    {
        Simulator = await simulator.FiguresAsync(cancellation);
        Tieline = await tieline.FiguresAsync(cancellation);
        Crm = await crm.StatsAsync(cancellation);
        if (IsConnected)
            disturbances.Recovered();
        if (Simulator is not null)
            await CopyLedgerAsync(cancellation);

        if (Tieline is { } now)
        {
            _received.Set(now.Received);
            _kept.Set(now.Kept);
            _gaps.Set(now.Gaps);
        }

        Figures = new DemoFigures(_received.Total, _kept.Total, Crm?.Accepted, Tieline?.Waiting, (int)_gaps.Total, Crm?.P99Ms);
    }

    public async Task CopyLedgerAsync(CancellationToken cancellation)
    {
        var asked = time.GetUtcNow();
        try
        {
            ledger.Take(await simulator.LedgerAsync(ledger.UnsettledFrom(asked), cancellation), asked);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Text.Json.JsonException)
        {
            // It died meanwhile: the last copy stands, and the supervisor has told the ledger.
        }
    }
}
