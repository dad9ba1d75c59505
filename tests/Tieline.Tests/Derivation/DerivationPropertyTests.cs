using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Tieline.Derivation;
using Tieline.Events;
using Tieline.TestKit;
using static Tieline.Tests.Genesys.Frames;

namespace Tieline.Tests.Derivation;

public sealed class DerivationPropertyTests
{
    private static readonly Gen<string> _media = Gen.OneOf<string>("voice", "voice", "callback", "email", "message", "cobrowse");

    private static readonly Gen<string> _purpose = Gen.OneOf<string>("customer", "external", "acd", "acd", "agent", "agent", "user", "ivr", "news");

    private static readonly Gen<string> _supervision = Gen.OneOf<string>("", "", "", "", "monitoredParticipantId", "bargedParticipantId");

    private static readonly Gen<string> _metric = Gen.OneOf<string>("", "", "tAbandon", "tFlowOut");

    private static readonly Gen<string> _disconnect = Gen.OneOf<string>("transfer", "consultTransfer", "noAnswerTransfer", "peer", "client", "inactivity");

    private static readonly Gen<string> _same = Gen.OneOf<string>("", "", "same");

    private static readonly Gen<string> _queue = Gen.OneOf<string>("", "q1", "q2");

    /// <summary>A session as Genesys writes one: each segment where the one before ended, the way it ended on its last segment and on the wrap-up.</summary>
    private static readonly Gen<string> _session = Gen.Select(
        Gen.Select(_purpose, _media, Gen.Select(_queue, _supervision, _metric, _same, (queue, supervision, metric, same) => $"{queue} {supervision} {metric} {same}")),
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 20].Array[1, 4], Gen.OneOf<string>("interact", "alert", "hold", "delay").Array[4]),
        Gen.Select(_disconnect, Gen.Int[-1, 9], Gen.Bool),
        Write);

    private static readonly Gen<string> _conversation = _session.Array[0, 7].Select(sessions => string.Join('\n', sessions) + "\nends 120");

    /// <summary>A session as nobody should write it: segments in any order, ends before starts, times that cannot be read.</summary>
    private static readonly Gen<string> _oddSession = Gen.Select(
        _purpose,
        _media,
        _queue,
        Gen.Select(Gen.OneOf<string>("interact", "alert", "wrapup"), Gen.OneOf<string>("?", "1", "2", "3"), Gen.OneOf<string>("", "?", "2", "3", "9"), _disconnect, (kind, from, to, end) => $"{kind} {from}-{to} {end}").Array[0, 4],
        (purpose, media, queue, segments) => $"{purpose} {media} {queue} | {string.Join(';', segments)}");

    [Fact]
    public void Any_order_of_participants_sessions_and_segments_gives_the_same_events() =>
        Gen.Select(Gen.OneOf(_conversation, Gen.OneOf(_session, _oddSession).Array[0, 7].Select(sessions => string.Join('\n', sessions) + "\nends 9")), Gen.Int).Sample((text, seed) =>
        {
            var json = RecordText.Json(text);
            var shuffled = JsonSerializer.SerializeToElement(Shuffled(JsonNode.Parse(json.GetRawText())!, new Lot(seed)));
            JsonSerializer.Serialize(Records.Derive(shuffled)).ShouldBe(JsonSerializer.Serialize(Records.Derive(json)));
        });

    [Fact]
    public void A_record_asked_for_earlier_gives_the_same_events_as_far_as_it_goes() =>
        Gen.Select(_conversation, Gen.Int[0, 140]).Sample((text, second) =>
        {
            var json = RecordText.Json(text);
            var at = Some.Time.AddSeconds(second);
            var earlier = Records.Derive(JsonSerializer.SerializeToElement(AsOf(JsonNode.Parse(json.GetRawText())!, at)));
            // That an episode is over shows when the conversation is, or when somebody comes again.
            var expected = Records.Derive(json).Where(made => made.OccurredAt <= at && (made.Episode?.IsReopened != true || HasComeAgain(json, made.OccurredAt, at)));
            JsonSerializer.Serialize(Bare(earlier)).ShouldBe(JsonSerializer.Serialize(Bare(expected)));
        });

    private static IEnumerable<ConversationEvent> Bare(IEnumerable<ConversationEvent> made) => made.Select(one => one with { Episode = null });

    private static bool HasComeAgain(JsonElement json, DateTimeOffset after, DateTimeOffset at) =>
        Records.Read(json).Legs.Any(leg => leg.Kind != LegKind.Supervisor && leg.PresentFrom > after && leg.PresentFrom <= at);

    [Fact]
    public void Events_are_ordered_by_time_and_each_id_comes_once() =>
        _conversation.Sample(text =>
        {
            var derived = Records.Derive(RecordText.Json(text));
            derived.Select(made => made.OccurredAt).ShouldBeInOrder();
            derived.Select(made => made.Id).ShouldBeUnique();
            var ends = derived.Where(made => EventKinds.IsTerminal(made.Type, made.State)).ToList();
            ends.SkipLast(1).ShouldAllBe(end => end.Episode!.Value.IsReopened);
            ends.Zip(ends.Skip(1)).ShouldAllBe(pair => pair.Second.Episode!.Value.Since - pair.First.OccurredAt >= EpisodeSplit.MinPause);
        });

    [Fact]
    public void No_damage_to_a_record_makes_the_reader_throw()
    {
        var sample = Json("details-query-response.json").GetProperty("conversations").EnumerateArray().Select(json => Encoding.UTF8.GetBytes(json.GetRawText())).ToList();
        Gen.Select(Gen.Int[0, sample.Count - 1], Gen.Select(Gen.Int[0, 100_000], Gen.OneOf<string>("7", "\\ud800", "null", "[]", "{", "\"")).Array[1, 4])
            .Sample((index, damages) =>
            {
                var bytes = sample[index].ToArray();
                foreach (var (at, what) in damages)
                    Encoding.UTF8.GetBytes(what).CopyTo(bytes, at % (bytes.Length - what.Length));
                ReadAndDerive(bytes);
            });
    }

    [Fact]
    public void No_json_makes_the_reader_throw()
    {
        var name = Gen.OneOf<string>("conversationId", "conversationEnd", "participants", "sessions", "segments", "metrics", "segmentStart", "segmentEnd", "segmentType", "queueId", "purpose", "disconnectType", "name");
        var scalar = Gen.OneOf<string>("null", "7", "true", "\"acd\"", "\"interact\"", "\"2026-03-02T09:00:00Z\"", "\"9999-12-31T23:59:59-12:00\"", "\"\\udc00\"");
        var value = Gen.Recursive<string>((depth, inner) => depth > 6
            ? scalar
            : Gen.OneOf(
                scalar,
                inner.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
                Gen.Select(name, inner).Array[0, 6].Select(members => $"{{\"conversationId\":\"c\",{string.Join(',', members.Select(member => $"\"{member.Item1}\":{member.Item2}").Append("\"x\":1"))}}}")));
        value.Sample(json => ReadAndDerive(Encoding.UTF8.GetBytes(json)));
    }

    private static void ReadAndDerive(byte[] bytes)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes);
        }
        catch (JsonException)
        {
            return; // whoever reads the page has already refused it
        }

        using (document)
        {
            if (RecordReader.TryRead(document.RootElement, out var record, out var fault))
                Records.Derive(record).ShouldNotBeNull();
            else
                fault.ShouldNotBeEmpty();
        }
    }

    private static string Write((string Purpose, string Media, string Words) who, (int Start, int[] Lengths, string[] Kinds) what, (string Disconnect, int WrapUp, bool IsOver) end)
    {
        var segments = new List<string>();
        var at = what.Start;
        for (var index = 0; index < what.Lengths.Length; index++)
        {
            var isLast = index == what.Lengths.Length - 1;
            segments.Add(isLast && !end.IsOver ? $"{what.Kinds[index]} {at}-" : $"{what.Kinds[index]} {at}-{at + what.Lengths[index]} {(isLast ? end.Disconnect : "")}");
            at += what.Lengths[index];
        }

        if (end is { IsOver: true, WrapUp: >= 0 })
            segments.Add($"wrapup {at}-{at + end.WrapUp} {end.Disconnect}");
        return $"{who.Purpose} {who.Media} {who.Words} | {string.Join(';', segments)}";
    }

    private static JsonNode Shuffled(JsonNode node, Lot lot)
    {
        switch (node)
        {
            case JsonArray array:
                var items = array.Select(item => Shuffled(item!.DeepClone(), lot)).OrderBy(_ => lot.Next()).ToArray();
                return new JsonArray(items);
            case JsonObject members:
                return new JsonObject(members.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Key, Shuffled(member.Value!.DeepClone(), lot))));
            default:
                return node;
        }
    }

    /// <summary>The record as it stood at a moment: later segments absent, later ends open, metrics only once their session is over.</summary>
    private static JsonNode AsOf(JsonNode record, DateTimeOffset at)
    {
        if (record["conversationEnd"] is { } end && TimeOf(end) > at)
            record.AsObject().Remove("conversationEnd");
        foreach (var sessions in record["participants"]!.AsArray().Select(participant => participant!["sessions"]!.AsArray()))
        {
            foreach (var session in sessions.Select(session => session!.AsObject()))
            {
                var segments = session["segments"]!.AsArray();
                segments.RemoveAll(segment => TimeOf(segment!["segmentStart"]!) > at);
                var open = segments.Where(segment => segment!["segmentEnd"] is { } ended && TimeOf(ended) > at).Select(segment => segment!.AsObject()).ToList();
                foreach (var segment in open)
                {
                    segment.Remove("segmentEnd");
                    segment.Remove("disconnectType");
                }

                if (open.Count > 0)
                    session["metrics"] = new JsonArray();
            }
        }

        return record;
    }

    private static DateTimeOffset TimeOf(JsonNode time) => EventTime.TryParse(Encoding.UTF8.GetBytes(time.GetValue<string>()), out var read) ? read : throw new FormatException(time.ToJsonString());

    /// <summary>A small generator of numbers: the same for the same seed.</summary>
    private sealed class Lot(int seed)
    {
        private uint _state = (uint)seed | 1;

        public uint Next()
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return _state;
        }
    }
}
