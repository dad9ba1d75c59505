using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>Which entries the destination may have, or be at still, because an attempt ended without an answer. Pure.</summary>
/// <remarks>What was in flight when a process ended is on no record: every entry that an earlier process has left may have been. Of what an earlier dispatcher of this process has left, those with a failed attempt.</remarks>
/// <param name="openedAt">The journal's last position when this process opened it.</param>
/// <param name="startedAt">Its last position when this dispatcher was made.</param>
internal sealed class UnseenAttempts(JournalPosition openedAt, JournalPosition startedAt)
{
    private readonly HashSet<JournalPosition> _unseen = [];

    /// <summary>Of those from before the start: asked once more since.</summary>
    private readonly HashSet<JournalPosition> _asked = [];

    /// <summary>An attempt of these ended.</summary>
    public void Note(IEnumerable<JournalEntry> entries, DeliveryOutcome outcome)
    {
        if (outcome is DeliveryOutcome.BackOff { IsUnseen: true })
            _unseen.UnionWith(entries.Select(entry => entry.Position));
    }

    /// <summary>Whether a 409 leaves it open that these are there, so that they are asked once more. After that it does not, until another attempt ends without an answer.</summary>
    public bool TryAskAgain(IReadOnlyCollection<JournalEntry> entries)
    {
        if (!entries.Any(MayBeUnderWay))
            return false;
        foreach (var entry in entries)
        {
            _unseen.Remove(entry.Position);
            if (entry.Position <= startedAt)
                _asked.Add(entry.Position);
        }

        return true;
    }

    public void Forget(JournalPosition settled)
    {
        _unseen.Remove(settled);
        _asked.Remove(settled);
    }

    private bool MayBeUnderWay(JournalEntry entry) =>
        _unseen.Contains(entry.Position)
        || ((entry.Position <= openedAt || (entry.Position <= startedAt && entry.Attempts > 0)) && !_asked.Contains(entry.Position));
}
