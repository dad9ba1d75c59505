using Tieline.Genesys;
using Tieline.Service.Hosting;
using Tieline.Service.Reload;

namespace Tieline.Service.Http;

/// <summary>Whether Genesys lets us in. A connection that is being made again is no reason to be unready: it heals by itself.</summary>
internal sealed class SourceCheck(SourceStatus status) : IReadinessCheck
{
    public string Name => "genesys";

    public string? Problem => status.NeedsAttention ? status.Problem ?? "Genesys refuses us; see the log" : null;

    public string? Note => status.NeedsAttention ? null : status.Problem;
}

/// <summary>Whether what is accepted can be made durable.</summary>
internal sealed class JournalCheck(RunningParts parts) : IReadinessCheck
{
    public string Name => "journal";

    public string? Problem => parts.Current is { } running ? running.Journal.Problem : "the pipeline is not running";
}

/// <summary>Whether every loop runs.</summary>
internal sealed class LoopCheck(RunningParts parts) : IReadinessCheck
{
    public string Name => "loops";

    public string? Problem => parts.Current?.Supervisor.Problem;
}

/// <summary>Whether each destination is set up so that it can take events. One that is down for a while heals by itself, and is shown by its lag.</summary>
internal sealed class DestinationCheck(RunningParts parts) : IReadinessCheck
{
    public string Name => "destinations";

    public string? Problem => parts.Current?.Dispatchers
        .Select(dispatcher => dispatcher.Status)
        .FirstOrDefault(status => status.State == Delivery.GateState.Misconfigured)?.Problem;

    /// <summary>Somebody wanted it so: it should not be forgotten.</summary>
    public string? Note => string.Join("; ", parts.Current?.Dispatchers
        .Select(dispatcher => dispatcher.Status)
        .Where(status => status.Pause is not null)
        .Select(status => $"{status.Problem}: 'tieline destinations resume {status.Destination}'; {status.Waiting} events wait") ?? []) is { Length: > 0 } paused ? paused : null;
}

/// <summary>Whether what the files of the configuration say is in force. Where it is not, what held before holds on, and events flow.</summary>
internal sealed class ConfigurationCheck(ConfigurationInForce configuration) : IReadinessCheck
{
    public string Name => "configuration";

    public string? Problem => null;

    public string? Note => configuration.Note;
}

/// <summary>Whether events move: nothing waits for a minute at a destination that takes events.</summary>
internal sealed class ProgressCheck(RunningParts parts, TimeProvider time) : IReadinessCheck
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    public string Name => "progress";

    public string? Problem => parts.Current?.Dispatchers
        .Select(dispatcher => dispatcher.Status)
        .Where(status => status is { State: Delivery.GateState.Open, InFlight: 0, RateFreeAt: null } && status.OldestWaitingSince is { } since && time.GetUtcNow() - since > _patience)
        .Select(status => $"destination '{status.Destination}' takes events, but none has gone out while one waits for over a minute")
        .FirstOrDefault();
}
