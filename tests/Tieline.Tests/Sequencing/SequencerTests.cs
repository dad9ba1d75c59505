using System.Text;
using Tieline.Events;
using Tieline.Sequencing;
using Tieline.TestKit;

namespace Tieline.Tests.Sequencing;

/// <summary>A sequencer at an hour, and words to read what it says.</summary>
public abstract class SequencerTests
{
    private protected static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    private protected EventSequencer Sequencer { get; set; } = new(Window);

    private protected DateTimeOffset Now { get; set; } = Some.Time.AddHours(1);

    private protected DateTimeOffset? NextExpiry => Sequencer.NextExpiry?.AsTime();

    private protected static DateTimeOffset TimeOf(double seconds) => Some.Time.AddSeconds(seconds);

    private protected static byte[] At(double seconds) => Encoding.UTF8.GetBytes(EventTime.ToText(TimeOf(seconds)));

    private protected SequenceVerdict Offer(long sequence) => Sequencer.Offer(sequence, At(sequence % 100_000), Now.AsMoment());

    private protected void OfferAll(params long[] sequences)
    {
        foreach (var sequence in sequences)
            Offer(sequence);
    }

    private protected void After(TimeSpan time)
    {
        Now += time;
        Sequencer.Expire(Now.AsMoment());
    }

    private protected IEnumerable<long> Held(params long[] sequences) => sequences.Where(Sequencer.IsHeld);

    private protected IEnumerable<string> Changes() => [.. Sequencer.TakeChanges().Select(change => $"{change.Kind} {change.Gap.Number}: {string.Join(',', change.Gap.Missing)}")];

    private protected IEnumerable<(GapReason Reason, GapChangeKind Kind)> Gaps() => [.. Sequencer.TakeChanges().Select(change => (change.Gap.Reason, change.Kind))];
}
