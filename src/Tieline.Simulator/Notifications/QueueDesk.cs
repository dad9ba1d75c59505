using System.Text;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Notifications;

/// <summary>The queues that the API lists: those of the conversations, as many more without any, and what is added or taken away while it runs.</summary>
internal sealed class QueueDesk
{
    private readonly Lock _gate = new();
    private readonly List<QueueEntry> _queues = [];
    private readonly HashSet<string> _ids = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dice _dice;

    public QueueDesk(ParticipantPool people, int more, Dice dice)
    {
        _dice = dice;
        for (var i = 0; i < people.Queues.Length; i++)
        {
            Put(new QueueEntry(Encoding.ASCII.GetString(people.QueueIds[i]), people.Queues[i].Person.Name));
        }
        for (var i = 1; i <= more; i++)
        {
            Put(new QueueEntry(dice.Uuid().ToString(), $"Queue {i:00000}"));
        }
    }

    public IReadOnlyList<QueueEntry> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _queues];
            }
        }
    }

    public bool Has(string id)
    {
        lock (_gate)
        {
            return _ids.Contains(id);
        }
    }

    /// <summary>One more, without conversations.</summary>
    public QueueEntry Add(string name)
    {
        lock (_gate)
        {
            return Put(new QueueEntry(_dice.Uuid().ToString(), name));
        }
    }

    /// <summary>It is listed no more, and its topics are refused. Conversations come to it all the same.</summary>
    /// <returns>False: there was none.</returns>
    public bool Remove(string id)
    {
        lock (_gate)
        {
            return _ids.Remove(id) && _queues.RemoveAll(queue => string.Equals(queue.Id, id, StringComparison.OrdinalIgnoreCase)) > 0;
        }
    }

    private QueueEntry Put(QueueEntry queue)
    {
        _queues.Add(queue);
        _ids.Add(queue.Id);
        return queue;
    }
}
