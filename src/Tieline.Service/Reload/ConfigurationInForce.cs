using Tieline.Service.Configuration;

namespace Tieline.Service.Reload;

/// <summary>What holds now, and what of the files does not: why they are refused, and which keys wait for a restart. Safe from any thread.</summary>
internal sealed class ConfigurationInForce(TielineOptions options)
{
    private volatile State _state = new(options, [], []);

    public TielineOptions Options => _state.Options;

    /// <summary>What is wrong with the files as they are now; none of it is in force. Empty where they are good.</summary>
    public IReadOnlyList<ConfigurationError> Refused => _state.Refused;

    /// <summary>Keys whose value in the files holds from the next start on, in their order.</summary>
    public IReadOnlyList<string> NeedsRestart => _state.NeedsRestart;

    /// <summary>For whoever looks at Tieline's health; null where all that the files say is in force.</summary>
    public string? Note => _state switch
    {
        { Refused: [_, ..] refused } =>
            $"the configuration on disk is refused, and what held before holds on: {string.Join("; ", refused)}",
        { NeedsRestart: [_, ..] keys } => $"changed on disk, and in force from the next start on: {string.Join(", ", keys)}",
        _ => null,
    };

    public void Accept(TielineOptions accepted, IReadOnlyList<string> needsRestart) => _state = new State(accepted, [], needsRestart);

    public void Refuse(IReadOnlyList<ConfigurationError> errors) => _state = _state with { Refused = errors };

    private sealed record State(TielineOptions Options, IReadOnlyList<ConfigurationError> Refused, IReadOnlyList<string> NeedsRestart);
}
