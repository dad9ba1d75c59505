using System.Text.Json;
using Tieline.Derivation;
using Tieline.Events;
using Tieline.TestKit;

namespace Tieline.Tests.Derivation;

/// <summary>Gives snapshots to the fold as they come, and keeps what it told. The state goes through its text after every step, as it does in a journal.</summary>
internal sealed class SnapshotPlay
{
    public ConversationState? State { get; private set; }

    /// <summary>What was told, in the order it was.</summary>
    public List<ConversationEvent> Told { get; } = [];

    public SnapshotOutcome? Last { get; private set; }

    public string Text => RecordText.Of(Told);

    public SnapshotOutcome Apply(ConversationSnapshot snapshot, DateTimeOffset at) => Take(SnapshotFold.Apply(State, snapshot, at));

    public SnapshotOutcome Apply(ConversationSnapshot snapshot, double second) => Apply(snapshot, Some.Time.AddSeconds(second));

    public SnapshotOutcome Settle(DateTimeOffset at) => Take(SnapshotFold.Settle(State!, at));

    public SnapshotOutcome GiveUp(DateTimeOffset at) => Take(SnapshotFold.GiveUpWrapUp(State!, at));

    /// <summary>The whole script: a frame for each moment, 20 ms after it, the end when its delay is over.</summary>
    public static SnapshotPlay Of(SnapshotScript script, SnapshotScript.Shape shape = SnapshotScript.Shape.Nested)
    {
        var play = new SnapshotPlay();
        foreach (var moment in script.Moments)
        {
            var at = Some.Time.AddSeconds(moment + 0.02);
            if (play.State?.SettlesAt is { } due && due <= at)
                play.Settle(due);
            play.Apply(script.At(moment, shape), at);
        }

        play.SettleAtLast();
        return play;
    }

    public void SettleAtLast()
    {
        if (State?.SettlesAt is { } due)
            Settle(due);
    }

    private SnapshotOutcome Take(SnapshotOutcome outcome)
    {
        Last = outcome;
        Told.AddRange(outcome.Facts.Where(fact => outcome.New.Contains(fact.Id)));
        var text = outcome.State.Write();
        ConversationState.TryRead(text, out var read).ShouldBeTrue();
        read.Write().ShouldBe(text);
        JsonSerializer.Serialize(read).ShouldBe(JsonSerializer.Serialize(outcome.State));
        State = read;
        return outcome;
    }
}
