using System.Collections.Concurrent;

namespace Tieline.Tests.Genesys.Notifications;

/// <summary>Which channels of one OAuth client there are, and whose place the next one takes when there are 20: that of the oldest without a socket, or of the oldest of all. Safe from any thread.</summary>
internal sealed class FakeQuota(TimeProvider time)
{
    private const int Most = 20;

    private readonly Lock _lock = new();
    private readonly List<Entry> _channels = [];

    /// <summary>Channels that had to go, by what they were to whoever made them.</summary>
    public ConcurrentQueue<(string Channel, Use Use)> Evicted { get; } = new();

    /// <summary>The most there were at once.</summary>
    public int Peak { get; private set; }

    /// <param name="endsAt">Its own end or its token's, whichever is sooner.</param>
    public void Make(string channel, DateTimeOffset endsAt)
    {
        lock (_lock)
        {
            _channels.RemoveAll(entry => entry.EndsAt <= time.GetUtcNow());
            if (_channels.Count >= Most)
            {
                var goes = _channels.Find(entry => entry.Use != Use.Open) ?? _channels[0];
                _channels.Remove(goes);
                Evicted.Enqueue((goes.Channel, goes.Use));
            }

            _channels.Add(new Entry(channel, endsAt));
            Peak = Math.Max(Peak, _channels.Count);
        }
    }

    public void Opened(string channel) => Set(channel, Use.Open);

    public void Closed(string channel) => Set(channel, Use.Left);

    private void Set(string channel, Use use)
    {
        lock (_lock)
        {
            if (_channels.Find(entry => entry.Channel == channel) is { } found)
                found.Use = use;
        }
    }

    public enum Use
    {
        /// <summary>Made, and not connected yet.</summary>
        Fresh,

        Open,

        /// <summary>Its socket was closed.</summary>
        Left,
    }

    private sealed class Entry(string channel, DateTimeOffset endsAt)
    {
        public string Channel => channel;

        public DateTimeOffset EndsAt => endsAt;

        public Use Use { get; set; }
    }
}
