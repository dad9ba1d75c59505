namespace Tieline.Simulator.Streams;

/// <summary>What the streams look like from outside.</summary>
internal sealed partial class StreamHub
{
    public StreamFigures Figures()
    {
        lock (_gate)
        {
            return new StreamFigures(
                _rate,
                _passing,
                !_stopped && HasAudience,
                _ledger,
                _made,
                _facts.Count,
                _sockets.Count(socket => !socket.IsGone),
                _sockets.Count(socket => socket.IsSpeaking && socket.Stream is not null),
                _streams.ConvertAll(stream => new StreamStatus(
                    stream.ClientId, stream.Filter.Key, stream.LastSequence, stream.Made, stream.Sent, stream.Written,
                    stream.Sockets.Count(socket => socket.IsSpeaking))));
        }
    }

    public IReadOnlySet<string> Connections()
    {
        lock (_gate)
        {
            return _sockets.Select(socket => socket.Connection).ToHashSet(StringComparer.Ordinal);
        }
    }

    /// <summary>The lines of one stream in order, some thousands at a time.</summary>
    /// <param name="stream">Which, from 0, in the order in which they were first subscribed to.</param>
    /// <param name="from">Only numbers from here on.</param>
    public IEnumerable<LedgerLine> Lines(int stream, long from) =>
        Lines(() => stream < _streams.Count ? _streams[stream].Ledger : null, from);

    private IEnumerable<LedgerLine> Lines(Func<Ledger?> find, long from)
    {
        const int Most = 4096;
        for (var start = 0; ; start += Most)
        {
            Ledger.Entry[] entries;
            lock (_gate)
            {
                entries = find()?.Copy(start, Most) ?? [];
            }
            foreach (var entry in entries)
            {
                if (entry.Sequence >= from)
                {
                    yield return entry.ToLine();
                }
            }
            if (entries.Length < Most)
            {
                yield break;
            }
        }
    }
}

internal sealed record StreamFigures(
    double Rate, double Passing, bool Running, bool Ledger, long Made, int Facts, int Sockets, int Subscribed, IReadOnlyList<StreamStatus> Streams);
