using Tieline.Events;

namespace Tieline.Genesys;

/// <summary>Where notifications go. Called from every channel's own loop: several calls may run at once.</summary>
internal interface INotificationSink
{
    /// <summary>The newest time that an earlier run has seen: what came after it was missed until topics are listened to. Null: there was none.</summary>
    DateTimeOffset? SeenUntil { get; }

    /// <summary>A frame with a topic that is none of Genesys's own (<c>channel.metadata</c>, <c>v2.system.*</c>, <c>v2.subscription.updated</c>). Returns when it has been taken: the socket waits meanwhile.</summary>
    /// <param name="utf8">The whole envelope, valid only until the task completes.</param>
    ValueTask OnNotificationAsync(ReadOnlyMemory<byte> utf8, CancellationToken aborting);

    /// <summary>Part of the topics was not listened to in this time: a channel had been lost and is back.</summary>
    /// <param name="from">When its socket last showed life.</param>
    /// <param name="to">When its successor was connected, subscribed.</param>
    ValueTask OnMissedAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken aborting);

    /// <summary>A frame that is not even an envelope.</summary>
    void OnRefused(FrameFault fault);
}
