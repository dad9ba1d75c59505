using System.Buffers;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>The conversations a details query is answered from: all that any stream or channel had an event of, up to a limit. Written by the streams' lock holder.</summary>
internal sealed class History(int limit, DetailsSettings settings)
{
    private readonly Lock _gate = new();
    private readonly List<PastConversation> _kept = [];
    private readonly Dictionary<Guid, PastConversation> _byId = [];
    private int _sweepAbove;
    private long _since = 1;

    /// <summary>Whether anything is written down.</summary>
    public bool IsOn { get; private set; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _kept.Count;
            }
        }
    }

    /// <summary>What began unseen is never told, and neither is what nobody sees the end of.</summary>
    /// <param name="on">Whether to write down what happens from now on.</param>
    /// <param name="opened">How many conversations there have been.</param>
    public void Switch(bool on, long opened)
    {
        if (on == IsOn)
        {
            return;
        }
        lock (_gate)
        {
            IsOn = on;
            _since = opened + 1;
            _kept.RemoveAll(past => !past.HasEnded && Forget(past));
        }
    }

    /// <param name="made">What happened.</param>
    /// <returns>What is remembered of its conversation; null: nothing.</returns>
    public PastConversation? Note(in MadeEvent made)
    {
        var conversation = made.Conversation;
        if (!IsOn || conversation.Number < _since)
        {
            return null;
        }
        var past = conversation.Past ??= Begin(conversation, made.Milliseconds);
        past.Add(made);
        return past;
    }

    /// <summary>A stream or a channel has an event of it: a conversation of which none had anything is not told.</summary>
    /// <returns>Whether it is the first of it.</returns>
    public bool Tell(PastConversation past, long milliseconds)
    {
        if (past.StreamedAt != long.MaxValue)
        {
            return false;
        }
        past.StreamedAt = milliseconds;
        Keep(past);
        return true;
    }

    /// <returns>One that is told and not forgotten.</returns>
    public PastConversation? Find(Guid id)
    {
        lock (_gate)
        {
            return _byId.GetValueOrDefault(id);
        }
    }

    /// <summary>All, roughly in the order of their beginning, in an array to be given back.</summary>
    public (PastConversation[] All, int Count) Rent()
    {
        lock (_gate)
        {
            var all = ArrayPool<PastConversation>.Shared.Rent(_kept.Count);
            _kept.CopyTo(all);
            return (all, _kept.Count);
        }
    }

    private PastConversation Begin(Conversation conversation, long first)
    {
        var traits = new Traits(conversation.Id);
        var lead = conversation.IsDirect ? 50 + traits.Below(Trait.Lead, 3000) : 300 + traits.Below(Trait.Lead, 6000);
        var earlier = traits.Chance(Trait.BeganEarlier, settings.BeganEarlier) ? (long)settings.BeganEarlierBy.TotalMilliseconds : 0;
        return new PastConversation(conversation, first, first - lead - earlier, lead);
    }

    private void Keep(PastConversation past)
    {
        lock (_gate)
        {
            _kept.Add(past);
            _byId[past.Id] = past;
            if (_kept.Count > Math.Max(limit, _sweepAbove))
            {
                Sweep();
            }
        }
    }

    /// <summary>The oldest ended ones go, an eighth at a time so that it is seldom done.</summary>
    private void Sweep()
    {
        var tooMany = _kept.Count - limit + (limit / 8);
        _kept.RemoveAll(past => past.HasEnded && tooMany-- > 0 && Forget(past));
        _sweepAbove = _kept.Count + (limit / 8);   // all still open: look again later, not at every one
    }

    private bool Forget(PastConversation past)
    {
        _byId.Remove(past.Id);
        return true;
    }
}
