using Tieline.Derivation;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

/// <summary>However many conversations there are, and whatever becomes of them: what is in memory is bounded, and what is over goes.</summary>
public sealed class LiveConversationsTests
{
    private const int Conversations = 100_000;
    private const int SavedTogether = 1_000;

    private readonly Dictionary<string, byte[]> _disk = [];
    private readonly LiveConversations _conversations;
    private readonly ManualTime _time = new();
    private int _most;

    public LiveConversationsTests() => _conversations = new LiveConversations(_time, id => _disk.GetValueOrDefault(id));

    [Fact]
    public void ManyOpenAtOnce_MemoryIsBoundedAndAtTheEndAllOfItIsGone()
    {
        for (var number = 0; number < Conversations; number++)
            Open(number);
        _conversations.Count.ShouldBe(Conversations);
        _disk.Count.ShouldBe(Conversations);
        _most.ShouldBeLessThanOrEqualTo(LiveConversations.Capacity + SavedTogether);
        for (var number = 0; number < Conversations; number++)
            End(number);
        _conversations.Count.ShouldBe(0);
        _most.ShouldBeLessThanOrEqualTo((2 * LiveConversations.Capacity) + SavedTogether);
        ShouldBeGone();
    }

    [Fact]
    public void OneAfterTheOther_OnlyWhatIsOpenAndWhatWasOverShortlyBeforeIsKept()
    {
        const int Open = 500;
        for (var number = 0; number < Conversations + Open; number++)
        {
            if (number < Conversations)
                this.Open(number);
            if (number >= Open)
                End(number - Open);
        }

        _most.ShouldBeLessThanOrEqualTo(LiveConversations.Capacity + Open + SavedTogether);
        _conversations.Count.ShouldBe(0);
        ShouldBeGone();
    }

    [Fact]
    public void Find_TheReadFailsOnce_ItIsFoundTheNextTime()
    {
        Open(0);
        Save();
        var fails = true;
        var next = new LiveConversations(_time, id => fails ? throw new IOException("a disk") : _disk[id]);
        next.Restore(["c0"]);
        Should.Throw<IOException>(() => next.Find("c0"));
        fails = false;
        next.Find("c0").ShouldNotBeNull();
    }

    private void Open(int number) => Take(number, isOver: false);

    private void End(int number)
    {
        Take(number, isOver: true);
        var settled = SnapshotFold.Settle(_conversations.Find(Id(number))!, _time.GetUtcNow() + SnapshotFold.SettleDelay);
        settled.State.IsEndTold.ShouldBeTrue();
        _conversations.End(settled.State);
    }

    private void Take(int number, bool isOver)
    {
        _time.Advance(TimeSpan.FromMilliseconds(36));
        SnapshotLeg leg = new() { ParticipantId = "customer", CommunicationId = "call", Purpose = "customer", Media = MediaNames.Voice, ConnectedAt = Some.Time, IsAnswered = true };
        SnapshotLeg[] legs = [isOver ? leg with { IsEnded = true, EndedAt = _time.GetUtcNow() } : leg];
        var snapshot = new ConversationSnapshot(Id(number), legs, null, IsPartial: false, SnapshotHash.Of(legs, null));
        _conversations.Set(SnapshotFold.Apply(_conversations.Find(snapshot.ConversationId), snapshot, _time.GetUtcNow()).State);
        if (number % SavedTogether == SavedTogether - 1)
            Save();
    }

    private void Save()
    {
        _most = Math.Max(_most, _conversations.InMemory);
        foreach (var change in _conversations.TakeChanges())
            Store(change);
        _most = Math.Max(_most, _conversations.InMemory);
    }

    private void Store(SavedConversation change)
    {
        if (change.State is { } state)
            _disk[change.Id] = state;
        else
            _disk.Remove(change.Id);
    }

    private void ShouldBeGone()
    {
        _time.Advance(LiveConversations.Remembered);
        Save();
        _conversations.InMemory.ShouldBe(0);
        _disk.ShouldBeEmpty();
    }

    private static string Id(int number) => $"c{number}";
}
