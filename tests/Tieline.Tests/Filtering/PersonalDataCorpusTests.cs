using System.Text.Encodings.Web;
using System.Text.Json;
using Tieline.Derivation;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Pipeline;
using Tieline.TestKit;

namespace Tieline.Tests.Filtering;

/// <summary>Phone numbers, names, addresses and national ids in their usual spellings, in every position of every way in: none passes.</summary>
public sealed class PersonalDataCorpusTests
{
    private static readonly JsonSerializerOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly IdentityRedactor _redactor = new(IdentityMode.Structural, "key"u8.ToArray());
    private static readonly List<(string Kind, string Country, string Value)> _corpus =
    [
        .. File.ReadLines(Repository.FileNamed("tests/data/personal-data.tsv")).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t')).Select(parts => (parts[0], parts[1], parts[2])),
    ];

    private static readonly Dictionary<string, Func<ConversationEvent, string, ConversationEvent>> _positions = new(StringComparer.Ordinal)
    {
        ["conversationId"] = (read, value) => read with { ConversationId = value },
        ["state"] = (read, value) => read with { State = value },
        ["mediaType"] = (read, value) => read with { MediaType = value },
        ["queueId"] = (read, value) => read with { QueueId = value },
        ["participants[].id"] = (read, value) => With(read, read.Participants[0] with { Id = value }),
        ["participants[].role"] = (read, value) => With(read, read.Participants[0] with { Role = value }),
        ["participants[].identity"] = (read, value) => With(read, read.Participants[0] with { Identity = value }),
    };

    [Fact]
    public void It_is_big_and_from_many_countries()
    {
        _corpus.Select(entry => entry.Value).Distinct().Count().ShouldBeGreaterThanOrEqualTo(200);
        _corpus.Select(entry => entry.Country).Where(country => country != "-").Distinct().Count().ShouldBeGreaterThanOrEqualTo(20);
        foreach (var kind in (string[])["phone", "name", "address", "national-id", "email"])
            _corpus.ShouldContain(entry => entry.Kind == kind);
    }

    [Fact]
    public void None_of_it_passes_in_any_position_of_an_event()
    {
        foreach (var (name, put) in _positions)
        {
            var passed = _corpus.SelectMany(entry => Spellings(entry.Value)).Where(value => put(Some.Event(), value) is var read && IdentityRedactor.IsReadable(read) && Shows(_redactor.Redact(read).Event, value));
            passed.ShouldBeEmpty(name);
        }
    }

    [Fact]
    public void None_of_it_passes_as_a_type_that_no_rule_names()
    {
        var filter = new EventFilter(new FilterOptions());
        _corpus.SelectMany(entry => Spellings(entry.Value)).Where(value => filter.Keeps(Some.Event() with { Type = value })).ShouldBeEmpty();
    }

    [Fact]
    public void None_of_it_passes_in_any_position_of_a_record_or_a_snapshot()
    {
        foreach (var value in _corpus.SelectMany(entry => Spellings(entry.Value)))
        {
            var phase = new Phase(PhaseKind.Other, Some.Time, null, true, value, LegEnd.None);
            var words = new Leg(LegKind.Other, "p1", value, null, null, value, QueueOutcome.Unknown, []);
            var ids = new Leg(LegKind.Other, value, "agent", value, value, "voice", QueueOutcome.Unknown, [phase]);
            foreach (var leg in (Leg[])[words, ids])
                (FieldPolicy.Apply(new ConversationRecord(value, null, null, [leg], 0), _redactor) is { } record && Shows(record, value)).ShouldBeFalse(value);
            foreach (var leg in (SnapshotLeg[])[new() { Purpose = value, Media = value }, new() { ParticipantId = value, CommunicationId = value, UserId = value, ExternalContactId = value, QueueId = value }])
                (FieldPolicy.Apply(new ConversationSnapshot(value, [leg], null, false, 0), _redactor) is { } snapshot && Shows(snapshot, value)).ShouldBeFalse(value);
        }
    }

    /// <summary>A hash stays one, whichever way it comes again.</summary>
    [Fact]
    public void What_is_derived_of_it_keeps_its_hashes_and_an_id_is_made_of_them()
    {
        foreach (var (_, put) in _positions)
        {
            foreach (var (_, _, value) in _corpus)
            {
                var once = _redactor.Redact(put(Some.Event(), value)).Event;
                JsonSerializer.Serialize(_redactor.RedactDerived(once).Event).ShouldBe(JsonSerializer.Serialize(once));
                once.Id.ShouldBe(EventId.Of(once.ConversationId, once.Type, once.State, once.OccurredAt), "its id tells no more than its fields");
            }
        }
    }

    private static ConversationEvent With(ConversationEvent read, Participant participant) => read with { Participants = [participant] };

    private static bool Shows<T>(T made, string value) => JsonSerializer.Serialize(made, _plain).Contains(JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value, StringComparison.OrdinalIgnoreCase);

    /// <summary>As it is, and as programs write it: without spaces, and behind words that begin ids.</summary>
    private static IEnumerable<string> Spellings(string value)
    {
        var bare = new string([.. value.Where(character => !char.IsWhiteSpace(character))]);
        return [value, bare, $"user:{value}", $"contact-{bare}", $"tel:{bare}", $"customer-{bare}", $"h:{bare}"];
    }
}
