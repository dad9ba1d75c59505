using System.Threading.Channels;

namespace Tieline.Journal;

/// <summary>What waits for the writer, in two queues of their own bounds: outcomes of deliveries, and all else. A disk that takes nothing fills the second with events; the first still has room, so delivery goes on.</summary>
/// <remarks>Each queue keeps its order. Outcomes may overtake all else, since none rests on anything that is not durable yet; <see cref="JournalWork.IsLast"/> overtakes nothing. Many write, one reads.</remarks>
/// <param name="isOne">One queue for both: outcomes keep their place among the rest.</param>
internal sealed class JournalQueue(bool isOne)
{
    /// <summary>Events and decisions: who adds to a full queue waits.</summary>
    public const int Capacity = 4_096;

    /// <summary>Outcomes: so much, some MiB, is delivered and not on record at most while the disk takes nothing. Then delivery waits too.</summary>
    public const int OutcomeCapacity = 16_384;

    private readonly Channel<JournalWork> _work = Create(Capacity);
    private readonly Channel<JournalWork> _outcomes = Create(OutcomeCapacity);
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { SingleReader = true, AllowSynchronousContinuations = false, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something that somebody waits for.</summary>
    public bool HasWork => _work.Reader.TryPeek(out _);

    public bool HasOutcomes => _outcomes.Reader.TryPeek(out _);

    /// <summary>Nothing is queued, and nothing more will be.</summary>
    public bool IsOver => _work.Reader.Completion.IsCompleted && _outcomes.Reader.Completion.IsCompleted;

    public bool TryPost(JournalWork work)
    {
        if (!Of(work).TryWrite(work))
            return false;
        _wakes.Writer.TryWrite(true);
        return true;
    }

    public ValueTask PostAsync(JournalWork work, CancellationToken cancellation) => TryPost(work) ? ValueTask.CompletedTask : WaitAndPostAsync(work, cancellation);

    /// <summary>Completes when there may be room for events.</summary>
    public ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation) => _work.Writer.WaitToWriteAsync(cancellation);

    public void Complete()
    {
        _work.Writer.TryComplete();
        _outcomes.Writer.TryComplete();
        _wakes.Writer.TryComplete();
    }

    public bool TryTake(out JournalWork work) => _work.Reader.TryRead(out work!);

    public bool TryTakeOutcome(out JournalWork work) => _outcomes.Reader.TryRead(out work!);

    /// <summary>Until something has been queued since the last call, or nothing more will be.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        if (await _wakes.Reader.WaitToReadAsync(cancellation))
            _wakes.Reader.TryRead(out _);
    }

    /// <summary>Until there is something that somebody waits for, or nothing more will be.</summary>
    public async ValueTask WaitForWorkAsync(CancellationToken cancellation) => await _work.Reader.WaitToReadAsync(cancellation);

    private async ValueTask WaitAndPostAsync(JournalWork work, CancellationToken cancellation)
    {
        await Of(work).WriteAsync(work, cancellation);
        _wakes.Writer.TryWrite(true);
    }

    private ChannelWriter<JournalWork> Of(JournalWork work) => (work.CanWait && !isOne ? _outcomes : _work).Writer;

    private static Channel<JournalWork> Create(int capacity) =>
        Channel.CreateBounded<JournalWork>(new BoundedChannelOptions(capacity) { SingleReader = true, AllowSynchronousContinuations = false });
}
