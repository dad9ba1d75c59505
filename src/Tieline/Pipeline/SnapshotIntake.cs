using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Extensions.Logging;
using Tieline.Derivation;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Sequencing;
using EventId = Tieline.Events.EventId;

namespace Tieline.Pipeline;

/// <summary>The way in for notifications: each is folded into what is known of its conversation, and the facts that it adds go on to <see cref="EventIntake"/>. Safe for all channels at once.</summary>
internal sealed partial class SnapshotIntake : INotificationSink
{
    /// <summary>Ends that are pending at once. Beyond it one is told by the sweep, which asks half a minute later.</summary>
    private const int MaxSettling = 100_000;

    private readonly Lock _gate = new();
    private readonly LiveConversations _conversations;
    private readonly PriorityQueue<string, MonotonicTime> _settling = new();
    private readonly EventIntake _intake;
    private readonly SqliteJournal _journal;
    private readonly IReadOnlyList<string> _media;
    private readonly TimeProvider _time;
    private readonly TielineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly BoundedLog _faults;
    private readonly ClockSteps _steps;
    private DateTimeOffset _since;
    private TimeSpan _moved;
    private bool _areAsksChecked;

    /// <param name="media">Media types that are asked for; empty: all.</param>
    public SnapshotIntake(EventIntake intake, SqliteJournal journal, IReadOnlyList<string> media, TimeProvider time, TielineMetrics metrics, ILogger<SnapshotIntake> logger)
    {
        (_intake, _journal, _media, _time, _metrics, _logger, _faults) = (intake, journal, media, time, metrics, logger, new BoundedLog(time));
        _steps = new ClockSteps(time);
        _conversations = new LiveConversations(time, id => journal.Read(reader => reader.ReadConversation(id)));
        _conversations.Restore(journal.Read(reader => reader.ReadConversationIds()));
        SeenUntil = intake.NewestTime?.Plus(-(SnapshotFold.SettleDelay + ConversationLoop.Interval)); // an end that the run before had yet to tell, or to save, is older than what it told last
        _since = NotAhead(journal.Read(reader => reader.ReadSince()) ?? SeenUntil ?? time.GetUtcNow()); // the first run's clock may have been ahead
        if (SeenUntil is null)
            intake.BeginNow();
        intake.ConversationEnded = Forget;
    }

    public DateTimeOffset? SeenUntil { get; }

    /// <summary>How many conversations are followed.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _conversations.Count;
        }
    }

    /// <summary>When the next end will be told, if nothing happens before.</summary>
    public MonotonicTime? NextSettle
    {
        get
        {
            lock (_gate)
                return _settling.TryPeek(out _, out var due) ? due : null;
        }
    }

    public ValueTask OnMissedAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken aborting) =>
        _intake.MissedAsync(from == SeenUntil ? GapReason.Restart : GapReason.Reconnect, from, to, aborting);

    public void OnRefused(FrameFault fault) => Refuse(FrameFaultNames.Of(fault), fault);

    public ValueTask OnNotificationAsync(ReadOnlyMemory<byte> utf8, CancellationToken aborting)
    {
        if (!TryRead(utf8, out var snapshot))
            return ValueTask.CompletedTask;
        Task entering;
        lock (_gate)
        {
            FollowClock();
            var outcome = SnapshotFold.Apply(_conversations.Find(snapshot.ConversationId), snapshot, _time.GetUtcNow(), _intake.Latest);
            if (outcome.IsRepeat || outcome.IsStale)
                _metrics.SnapshotsIgnored.Add(1, new KeyValuePair<string, object?>("tieline.snapshot", outcome.IsRepeat ? "repeat" : "stale"));
            entering = Take(outcome, aborting);
        }

        return entering.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(entering);
    }

    /// <summary>Tells the ends that nothing has contradicted.</summary>
    public async ValueTask SettleAsync(CancellationToken aborting)
    {
        while (true)
        {
            Task entering;
            lock (_gate)
            {
                FollowClock();
                if (!_settling.TryPeek(out var id, out var due) || due > _time.GetMonotonicTime())
                    return;
                var found = _conversations.Find(id); // may fail, and then it is still pending
                _settling.Dequeue();
                if (found is not { } state)
                    continue;
                entering = Take(SnapshotFold.Settle(state, _time.GetUtcNow(), _intake.Latest), aborting);
            }

            await entering;
        }
    }

    /// <summary>Makes durable what has changed since the last call: after the facts that were taken from it.</summary>
    public ValueTask SaveAsync(CancellationToken aborting)
    {
        lock (_gate)
        {
            FollowClock();
            var move = TakeMove(); // may fail, and then nothing has been taken
            var changes = _conversations.TakeChanges();
            return changes.Count == 0 && move is null ? ValueTask.CompletedTask : _intake.SaveAsync(changes, aborting, move);
        }
    }

    /// <summary>Genesys has been asked, and says that it goes on: its after-call work is not waited for any longer, or it is asked about again later.</summary>
    public Task GoesOnAsync(string conversation, CancellationToken aborting)
    {
        lock (_gate)
        {
            if (_conversations.Find(conversation) is not { } state)
                return Task.CompletedTask;
            var now = _time.GetUtcNow();
            if (state.WrapUpDeadline <= now)
                return Take(SnapshotFold.GiveUpWrapUp(state, now, _intake.Latest), aborting);
            _conversations.Set(state with { HeardAt = now });
            return Task.CompletedTask;
        }
    }

    /// <summary>It is over, or nobody knows of it: nothing more is kept of it.</summary>
    public void Forget(string conversation)
    {
        lock (_gate)
            _conversations.Remove(conversation);
    }

    /// <summary>Of a conversation's facts, those that are to be delivered.</summary>
    public bool Wants(ConversationEvent fact) => fact.OccurredAt >= _since && MediaNames.IsAmong(fact.MediaType, _media) && _intake.Keeps(fact);

    /// <summary>Under the gate: so facts are queued in the order in which they were told.</summary>
    private Task Take(SnapshotOutcome outcome, CancellationToken aborting)
    {
        if (outcome.State.IsEndTold)
            _conversations.End(outcome.State);
        else if (!outcome.IsRepeat)
            _conversations.Set(outcome.State);
        if (outcome.SettlesAt - _time.GetUtcNow() is { } wait && wait > TimeSpan.Zero && _settling.Count < MaxSettling) // else it is due, and was not told: its time is not plausible, and the sweep asks
            _settling.Enqueue(outcome.State.ConversationId, _time.GetMonotonicTime() + (wait < SnapshotFold.SettleDelay ? wait : SnapshotFold.SettleDelay));
        if (outcome.New.Count == 0)
            return Task.CompletedTask;
        HashSet<EventId> wanted = [.. outcome.Facts.Where(fact => outcome.New.Contains(fact.Id) && Wants(fact)).Select(fact => fact.Id)];
        return wanted.Count == 0 ? Task.CompletedTask : _intake.ObserveAsync(outcome.Facts, wanted, aborting);
    }

    /// <summary>Under the gate, before the system clock is read: states are kept by it, since they outlive the process.</summary>
    private void FollowClock()
    {
        _since = NotAhead(_since); // Genesys's clock is known once it has answered
        var by = _steps.Look();
        if (by == TimeSpan.Zero)
            return;
        _conversations.Move(by);
        if (by > TimeSpan.Zero)
            return;
        _moved += by;
    }

    private DateTimeOffset NotAhead(DateTimeOffset time) => _intake.Earliest is var now && time > now ? now : time;

    private JournalWork.MoveAsks? TakeMove()
    {
        var latest = _time.GetUtcNow().Plus(LiveConversations.LongestSilence);
        var isNeeded = _moved != TimeSpan.Zero || (!_areAsksChecked && _journal.Read(reader => reader.HasSilentAfter(latest)));
        var move = isNeeded ? new JournalWork.MoveAsks(_moved, latest) : null;
        (_moved, _areAsksChecked) = (TimeSpan.Zero, true);
        return move;
    }

    private bool TryRead(ReadOnlyMemory<byte> utf8, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ConversationSnapshot? snapshot)
    {
        snapshot = null;
        if (!Utf8.IsValid(utf8.Span))
        {
            OnRefused(FrameFault.NotJson);
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(utf8);
            return TryRead(document.RootElement, out snapshot);
        }
        catch (JsonException)
        {
            OnRefused(FrameFault.NotJson);
            return false;
        }
    }

    private bool TryRead(JsonElement envelope, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ConversationSnapshot? snapshot)
    {
        snapshot = null;
        if (!envelope.TryGetProperty("topicName", out var name) || name.ValueKind != JsonValueKind.String || !envelope.TryGetProperty("eventBody", out var body))
        {
            OnRefused(FrameFault.Control);
            return false;
        }

        var topic = name.GetString()!;
        string? fault;
        if (topic.StartsWith(DetailEventReader.TopicPrefix, StringComparison.OrdinalIgnoreCase))
            _ = DetailEventReader.TryRead(topic, body, out snapshot, out fault);
        else if (topic.Contains(".conversations", StringComparison.OrdinalIgnoreCase))
            _ = SnapshotReader.TryRead(body, topic, out snapshot, out fault);
        else
            fault = null; // a topic that was asked for and tells of no conversation
        if (fault is not null)
            Refuse(fault, FrameFault.WrongType);
        if (snapshot is null)
            return false;
        snapshot = FieldPolicy.Apply(snapshot, _intake.Redactor);
        if (snapshot is null)
            Refuse(FieldPolicy.Fault, FrameFault.BadValue);
        return snapshot is not null;
    }

    /// <param name="what">Without content.</param>
    private void Refuse(string what, FrameFault fault)
    {
        _metrics.FrameFaults.Add(1, new KeyValuePair<string, object?>("tieline.fault", FrameFaultNames.Of(fault)));
        if (fault != FrameFault.Control && _faults.MayLog(out var suppressed))
            LogFault(_logger, what, suppressed);
    }

    [LoggerMessage(EventId = 6300, EventName = "NotificationRefused", Level = LogLevel.Warning,
        Message = "A notification cannot be read: {What}; {Suppressed} more like it were not logged since the last such line")]
    private static partial void LogFault(ILogger logger, string what, long suppressed);
}
