using System.Text.Json.Nodes;
using Tieline.Backfill;
using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Journal;

/// <summary>One thing for the writer to make durable. What is queued together becomes durable together, in the order in which it was queued.</summary>
internal abstract record JournalWork
{
    private JournalWork()
    {
    }

    /// <summary>Nobody waits for it, and nothing that is queued behind it rests on it: it may wait a moment. What is lost with it in a crash is found out again: a settled entry is sent once more, under the same id.</summary>
    public bool CanWait => this is Settle or PassBy or Retry or Hold or SaveHead;

    /// <summary>Says something of all that was queued before it, so nothing of that may still wait.</summary>
    public bool IsLast => this is Barrier or Note or Remove or DiscardBacklog or Reconfigure;

    /// <param name="Mark">What is accounted for once this event is.</param>
    /// <param name="IsHeld">It waits for a hole before it.</param>
    /// <param name="LooksUp">The journal may have it already, over another path: then it is not appended. So may it have any end of a conversation, whatever this says.</param>
    public sealed record Append(RedactedEvent Event, Mark Mark, bool IsHeld, bool LooksUp = false) : JournalWork;

    /// <summary>Facts that were fetched: those that the journal does not have are appended.</summary>
    /// <param name="Facts">Of one conversation, by time, each id once.</param>
    /// <param name="IsHeld">They join those that wait for a hole, and go out in their place among them.</param>
    /// <param name="Done">A verdict for each.</param>
    /// <param name="Wanted">Only these are appended; the others help to tell them apart. Null: all.</param>
    public sealed record Recover(
        IReadOnlyList<RedactedEvent> Facts, long Epoch, bool IsHeld, TaskCompletionSource<IReadOnlyList<FactVerdict>> Done, IReadOnlySet<EventId>? Wanted = null) : JournalWork;

    /// <summary>An event goes to one destination once more, under the same id: as a copy at the next position, which the other destinations pass over.</summary>
    /// <param name="Done">The copy's position; null where nothing stands at <paramref name="Position"/> any more.</param>
    /// <param name="By">Who asked for it; null: Tieline itself.</param>
    public sealed record Replay(JournalPosition Position, DestinationNumber Destination, TaskCompletionSource<JournalPosition?> Done, string? By = null) : JournalWork;

    /// <summary>A dead letter goes out again, in its place: before all of its conversation that waits behind it.</summary>
    /// <param name="By">Who decided.</param>
    /// <param name="Done">False where it is none any more.</param>
    public sealed record ReplayDeadLetter(JournalPosition Position, DestinationNumber Destination, string By, TaskCompletionSource<bool> Done) : JournalWork;

    /// <summary>A dead letter never goes out; what waits behind it may.</summary>
    /// <param name="Done">False where it is none any more.</param>
    public sealed record Discard(JournalPosition Position, DestinationNumber Destination, string By, string Reason, TaskCompletionSource<bool> Done) : JournalWork;

    /// <summary>How far conversations have come that are known from snapshots.</summary>
    public sealed record SaveConversations(IReadOnlyList<SavedConversation> Conversations) : JournalWork;

    /// <summary>Genesys gives no answer about a conversation: it is asked again then, unless something is heard of it before.</summary>
    /// <param name="Refusals">How often in a row; 0: it has answered.</param>
    public sealed record PutOff(string Conversation, DateTimeOffset AskAt, int Refusals) : JournalWork;

    /// <summary>The system clock was set: every time at which a conversation is to be asked about moves with it.</summary>
    /// <param name="Latest">None is later than this afterwards.</param>
    public sealed record MoveAsks(TimeSpan By, DateTimeOffset Latest) : JournalWork;

    /// <summary>How far the filling of a gap has come.</summary>
    public sealed record SaveFill(GapFill Fill) : JournalWork;

    public sealed record RecordGap(GapChange Change) : JournalWork;

    /// <summary>Held events of these numbers go out, by time and sequence.</summary>
    public sealed record Release(long Epoch, long ThroughSequence) : JournalWork;

    public sealed record Advance(Mark Mark) : JournalWork;

    public sealed record Settle(Settlement Settlement) : JournalWork;

    /// <summary>A destination's own filter lets these by: they are settled there, and never go out.</summary>
    /// <param name="SettledThrough">Every entry of the destination up to here is settled, these counted in.</param>
    public sealed record PassBy(DestinationNumber Destination, IReadOnlyList<JournalPosition> Positions, JournalPosition SettledThrough) : JournalWork;

    /// <summary>What a destination that is no longer configured has not been delivered never goes out. Its dead letters stay.</summary>
    /// <param name="Events">How many that are.</param>
    public sealed record DiscardBacklog(DestinationNumber Destination, long Events, string By, string Reason, TaskCompletionSource Done) : JournalWork;

    /// <summary>Nothing goes to a destination until <see cref="Resume"/>; what is for it waits.</summary>
    /// <param name="Done">False where it is paused already: then that pause stays as it is.</param>
    public sealed record Pause(DestinationNumber Destination, string By, string Reason, TaskCompletionSource<bool> Done) : JournalWork;

    /// <summary>What waits for a destination goes out again.</summary>
    /// <param name="Done">False where it is not paused.</param>
    public sealed record Resume(DestinationNumber Destination, string By, TaskCompletionSource<bool> Done) : JournalWork;

    /// <summary>A token of this name lets its holder in from now on.</summary>
    /// <param name="Done">False where there is one of that name: it stays as it is.</param>
    public sealed record AddToken(NamedToken Token, TaskCompletionSource<bool> Done) : JournalWork;

    /// <summary>A token lets nobody in any more.</summary>
    /// <param name="Done">False where there is none of that name.</param>
    public sealed record RevokeToken(string Name, string By, TaskCompletionSource<bool> Done) : JournalWork;

    /// <summary>Somebody signed out: the session's cookie is worth nothing any more, whoever has a copy of it.</summary>
    /// <param name="Session">Its id.</param>
    /// <param name="Until">When it would have ended by itself.</param>
    public sealed record EndSession(string Session, DateTimeOffset Until, string By, TaskCompletionSource Done) : JournalWork;

    public sealed record Retry(RetryRecord Record) : JournalWork;

    /// <summary>A destination has asked for a pause (<c>Retry-After</c>), which the next run obeys too.</summary>
    /// <param name="Until">Null: it is over.</param>
    public sealed record Hold(DestinationNumber Destination, DateTimeOffset? Until) : JournalWork;

    /// <param name="Kind"><c>started</c>, <c>stopped</c>, <c>requested</c>, <c>reconciled</c>, <c>signed-in</c>, <c>access-refused</c> or <c>exported</c>.</param>
    public sealed record Note(string Kind, string? Detail) : JournalWork;

    /// <summary>Tieline was told something else while it runs: from here on these destinations are in use, and each change is on record. Those that change or go have stopped before.</summary>
    /// <param name="Destinations">All that are configured from now on.</param>
    /// <param name="Starts">Where one begins that the journal does not know; one that is not in it: from now.</param>
    /// <param name="Changes">The detail of each audit line, to which the last position before it is added.</param>
    /// <param name="Done">All destinations that the journal knows then.</param>
    public sealed record Reconfigure(
        IReadOnlyCollection<string> Destinations, IReadOnlyDictionary<string, StartPoint> Starts, IReadOnlyList<JsonObject> Changes,
        TaskCompletionSource<IReadOnlyDictionary<string, DestinationNumber>> Done) : JournalWork;

    /// <summary>Identities are hashed under the key with this fingerprint.</summary>
    public sealed record KnowIdentityKey(string Fingerprint) : JournalWork;

    /// <summary>Nothing but a place in the queue: done once everything before it is durable.</summary>
    public sealed record Barrier(TaskCompletionSource Done) : JournalWork;

    public sealed record SaveHead(AuditHead Head, TaskCompletionSource Done) : JournalWork;

    /// <summary>Removes settled events, oldest first.</summary>
    /// <param name="Through">None above this position.</param>
    /// <param name="Removed">How many events went.</param>
    /// <param name="FactsSeen">What facts up to this number need was heeded when <paramref name="Through"/> was found; what later ones need is heeded when it is applied.</param>
    public sealed record Remove(JournalPosition Through, int AtMost, DateTimeOffset FactsBefore, TaskCompletionSource<int> Removed, long FactsSeen = 0) : JournalWork;
}
