using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>Makes one state of those of all channels. Safe from any thread.</summary>
internal sealed class ChannelBoard(SourceStatus status, TopicTable table, EvictionWatch evictions, SpecificationMetrics specification)
{
    public const string FightProblem =
        "Another process uses the same OAuth client and takes the notification channels away (Genesys allows 20). Give each its own OAuth client, or stop the other one";

    /// <summary>The worst first.</summary>
    private static readonly SourceState[] _order =
        [SourceState.TokenRefused, SourceState.HandshakeRefused, SourceState.SubscriptionRefused, SourceState.BackingOff, SourceState.Connecting, SourceState.Connected];

    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, (SourceState State, string? Problem)> _channels = [];

    public SourceState StateOf(int channel)
    {
        lock (_lock)
            return _channels.TryGetValue(channel, out var entry) ? entry.State : SourceState.Starting;
    }

    public void Set(int channel, SourceState state, string? problem = null)
    {
        lock (_lock)
        {
            _channels[channel] = (state, problem);
            Show();
        }
    }

    /// <summary>The channel is not needed any more.</summary>
    public void Remove(int channel)
    {
        lock (_lock)
        {
            _channels.Remove(channel);
            Show();
        }
    }

    /// <summary>Says it anew: what the table or the evictions say may have changed.</summary>
    public void Refresh()
    {
        lock (_lock)
            Show();
    }

    private void Show()
    {
        var worst = _channels.Count == 0 ? SourceState.Connecting : _order.First(state => _channels.Values.Any(channel => channel.State == state));
        if (worst != SourceState.Connected)
            specification.Disconnected();
        else if (!specification.IsConnected)
            specification.Connected();
        if (table.NeedsAttention && worst is SourceState.Connected or SourceState.Connecting)
            status.Set(SourceState.SubscriptionRefused, table.Problem);
        else
            status.Set(worst, Problem(worst));
    }

    private string? Problem(SourceState worst)
    {
        if (evictions.IsFight)
            return FightProblem;
        var own = _channels.Values.FirstOrDefault(channel => channel.State == worst && channel.Problem is not null).Problem;
        if (own is null || _channels.Count == 1)
            return own ?? table.Problem;
        var bad = _channels.Values.Count(channel => channel.State != SourceState.Connected);
        return bad == 0 ? own : $"{bad} of {_channels.Count} channels: {own}";
    }
}
