using System.Text;
using System.Text.Json;
using CsCheck;
using Tieline.Derivation;
using Tieline.TestKit;
using static Tieline.Tests.Genesys.Frames;

namespace Tieline.Tests.Derivation;

public sealed class SnapshotPropertyTests
{
    private static readonly Gen<string> _disconnect = Gen.OneOf<string>("transfer", "transfer.consult", "transfer.noanswer", "peer", "client", "endpoint", "system");

    private static readonly Gen<string> _words = Gen.OneOf<string>("", "q1", "q2", "q1", "q2", "monitoredParticipantId");

    /// <summary>A communication that ends: offered, answered or not, ended, with or without a wrap-up.</summary>
    private static readonly Gen<string> _line = Gen.Select(
        Gen.Select(Gen.OneOf<string>("customer", "external", "acd", "acd", "agent", "agent", "user", "ivr"), Gen.OneOf<string>("voice", "voice", "voice", "email", "message"), _words),
        Gen.Select(Gen.Int[0, 30], Gen.Int[0, 5], Gen.Int[1, 30]),
        Gen.Select(_disconnect, Gen.Int[-1, 9], Gen.Bool),
        (who, times, end) => Write(who.Item1, who.Item2, who.Item3, times, end));

    private static readonly Gen<string> _script = Gen.Select(_line.Array[0, 6], Gen.Int[31, 99], (lines, end) => string.Join('\n', lines.Prepend($"customer voice | 0/0/{end} endpoint")));

    [Fact]
    public void Any_order_any_repeats_and_the_loss_of_one_frame_but_the_last_leave_the_facts_the_same() =>
        Gen.Select(_script, Gen.Int[0, 1000].Array[40], Gen.Int[0, 40]).Sample((text, lots, lost) =>
        {
            var script = new SnapshotScript(text);
            var frames = script.Moments.Select(moment => script.At(moment)).ToList();
            var expected = Ids(frames);
            var shuffled = frames.Select((frame, index) => (frame, lot: lots[index % 40])).OrderBy(one => one.lot).Select(one => one.frame).ToList();
            Ids(shuffled).ShouldBe(expected, text);
            Ids([.. frames.SelectMany((frame, index) => Enumerable.Repeat(frame, 1 + (lots[index % 40] % 2)))]).ShouldBe(expected, text);
            Ids([.. frames.Where((_, index) => index != lost || index == frames.Count - 1)]).ShouldBe(expected, text);
        });

    [Fact]
    public void What_was_told_as_it_happened_is_what_is_told_of_the_whole() =>
        _script.Sample(text =>
        {
            var play = SnapshotPlay.Of(new SnapshotScript(text));
            play.Told.Select(made => made.Id).ToHashSet().SetEquals(play.Last!.Facts.Select(made => made.Id)).ShouldBeTrue(text);
            play.Told.Select(made => made.Id).ShouldBeUnique();
        });

    /// <summary>The queue is compared where somebody waited. Where nobody did, an end has the queue of the last handler: by a record who was offered last, by snapshots who answered last.</summary>
    [Fact]
    public void Snapshots_give_what_the_details_record_gives() =>
        _script.Sample(text =>
        {
            var script = new SnapshotScript(text);
            var (told, derived) = (SnapshotPlay.Of(script).Last!.Facts, Records.Derive(script.Record()));
            told.Select(made => made.Id).ShouldBe(derived.Select(made => made.Id), text);
            SnapshotSamples.Lines(told).ShouldBe(SnapshotSamples.Lines(derived), text);
            if (script.Record().Legs.Any(leg => leg.Kind == LegKind.Queue)) // one that supervises waits for nobody
                RecordText.Of(told).ShouldBe(RecordText.Of(derived), text);
        });

    [Theory]
    [MemberData(nameof(SampleSnapshotTests.Files), MemberType = typeof(SampleSnapshotTests))]
    public void Any_order_of_a_sample_gives_the_same(string file)
    {
        var frames = SnapshotSamples.Frames(file).Select(frame => frame.Snapshot).ToList();
        var expected = Ids(frames);
        Gen.Shuffle(frames.ToArray()).Select(Gen.Int[0, 99]).Sample((shuffled, lost) =>
        {
            Ids(shuffled).ShouldBe(expected);
            Ids([.. frames.Where((_, index) => index != lost % (frames.Count - 1))]).ShouldBe(expected);
        }, iter: 200);
    }

    [Fact]
    public void No_damage_to_a_frame_makes_a_reader_throw()
    {
        var samples = SnapshotSamples.Lifecycles.Append("detail-events.json").Append("queue-conversations-calls.json").Append("users-conversations.json")
            .SelectMany(file => Json(file).GetProperty("frames").EnumerateArray().Take(20).Select(frame => Encoding.UTF8.GetBytes(frame.GetProperty("frame").GetRawText()))).ToList();
        Gen.Select(Gen.Int[0, samples.Count - 1], Gen.Select(Gen.Int[0, 100_000], Gen.OneOf<string>("7", "\\ud800", "null", "[]", "{", "\"", "\\u0031")).Array[1, 4])
            .Sample((index, damages) =>
            {
                var bytes = samples[index].ToArray();
                foreach (var (at, what) in damages)
                    Encoding.UTF8.GetBytes(what).CopyTo(bytes, at % (bytes.Length - what.Length));
                ReadAndApply(bytes);
            });
    }

    [Fact]
    public void No_damage_to_a_state_makes_its_reader_throw()
    {
        var play = SnapshotPlay.Of(new SnapshotScript("customer voice | 0/0/60 endpoint\nagent voice q1 | 5/10/61 peer acw"));
        var text = play.State!.Write();
        Gen.Select(Gen.Int[0, text.Length - 8], Gen.OneOf<string>("7", "null", "[]", "{", "\"", "-1", "99999999"), Gen.Int[0, text.Length]).Sample((at, what, length) =>
        {
            var bytes = text.ToArray();
            Encoding.UTF8.GetBytes(what).CopyTo(bytes, at);
            foreach (var broken in new[] { bytes, bytes[..length] })
            {
                if (ConversationState.TryRead(broken, out var state))
                    SnapshotFold.Settle(state, Records.ReceivedAt).ShouldNotBeNull();
            }
        });
    }

    private static List<string> Ids(IReadOnlyList<ConversationSnapshot> frames)
    {
        var play = new SnapshotPlay();
        for (var index = 0; index < frames.Count; index++)
            play.Apply(frames[index], Some.Time.AddMinutes(10).AddMilliseconds(index));
        play.Settle(Some.Time.AddMinutes(20));
        return [.. play.Last!.Facts.Select(fact => $"{fact.Id} {RecordText.Of([fact])}")];
    }

    private static void ReadAndApply(byte[] bytes)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes);
        }
        catch (JsonException)
        {
            return; // whoever reads the frame has already refused it
        }

        using (document)
        {
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } frame || !frame.TryGetProperty("eventBody", out var body))
                return;
            foreach (var topic in new[] { "v2.routing.queues.q.conversations", "v2.routing.queues.q.conversations.calls", "v2.detail.events.conversation.c.user.end" })
            {
                if (DetailEventReader.TryRead(topic, body, out var snapshot, out var fault) || SnapshotReader.TryRead(body, topic, out snapshot, out fault))
                    SnapshotFold.Settle(SnapshotFold.Apply(null, snapshot, Records.ReceivedAt).State, Records.ReceivedAt.AddMinutes(1)).ShouldNotBeNull();
                else
                    fault.ShouldNotBeEmpty();
            }
        }
    }

    private static string Write(string purpose, string media, string words, (int Offered, int Ringing, int Talking) times, (string Disconnect, int WrapUp, bool IsAnswered) end)
    {
        var isHandler = purpose is "agent" or "user";
        var connected = !isHandler ? times.Offered : times.Offered + times.Ringing;
        var isAnswered = !isHandler || end.IsAnswered;
        var ended = connected + times.Talking;
        var wrapUp = isHandler && isAnswered && end.WrapUp >= 0 ? $" acw{ended + end.WrapUp}" : "";
        return $"{purpose} {media} {(purpose == "customer" ? "" : words)} | {times.Offered}/{(isAnswered ? connected.ToString() : "-")}/{ended} {end.Disconnect}{wrapUp}";
    }
}
