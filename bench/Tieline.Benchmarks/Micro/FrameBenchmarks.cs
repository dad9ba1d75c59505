using System.Text;
using BenchmarkDotNet.Attributes;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Sequencing;

namespace Tieline.Benchmarks.Micro;

/// <summary>What one frame costs, step by step.</summary>
[MemoryDiagnoser]
public class FrameBenchmarks
{
    private static readonly DateTimeOffset _time = new(2026, 3, 2, 9, 14, 8, TimeSpan.Zero);
    private static readonly Moment _now = new(_time, _time, new MonotonicTime(TimeSpan.Zero));

    private readonly byte[] _frame = Encoding.UTF8.GetBytes(
        """
        {"sequence":1842,"type":"conversation.state","state":"completed","conversationId":"6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01","timestamp":"2026-03-02T09:14:07.218Z","participants":[{"id":"b0a1c2d3-0d0f-4c55-9a0b-2f7f9a7f1a01","role":"customer","identity":"dana@example.com","name":"Dana Example","address":"tel:+15550100123","phoneNumber":"+15550100123","email":"dana.example@example.com","attributes":{"accountNumber":"AC-10012","note":"card ending 4242"}},{"id":"c2d3b0a1-0d0f-4c55-9a0b-2f7f9a7f1a01","role":"agent","identity":"user-7f21"}],"mediaType":"voice"}
        """);

    private readonly EventFilter _filter = new(new FilterOptions());
    private readonly IdentityRedactor _redactor = new(IdentityMode.Structural, "key"u8.ToArray());
    private readonly EventSequencer _sequencer = new(TimeSpan.FromSeconds(2));
    private ConversationEvent _read = null!;
    private JournalEntry _entry = null!;
    private long _sequence;

    [GlobalSetup]
    public void SetUp()
    {
        _read = Read();
        var redacted = _redactor.Redact(_read).Event;
        _entry = new JournalEntry(
            new JournalPosition(1), redacted.Id, redacted.ConversationId, redacted.Type, redacted.State, redacted.OccurredAt, ParticipantsJson.WriteUtf8(redacted.Participants),
            redacted.Origin, redacted.ReceivedAt, 0, TimeSpan.Zero);
    }

    [Benchmark(Description = "skim + sequence + filter")]
    public bool Skim()
    {
        var skim = EventSkimmer.Skim(_frame);
        _sequencer.Offer(++_sequence, skim.Timestamp, _now);
        return _filter.Decide(skim) == FilterVerdict.Keep;
    }

    [Benchmark(Description = "read + hash + id")]
    public object ReadEvent() => Read();

    [Benchmark(Description = "redact")]
    public object Redact() => _redactor.Redact(_read);

    [Benchmark(Description = "body")]
    public int Body() => PlainBody.Write(_entry).Length;

    private ConversationEvent Read()
    {
        var skim = EventSkimmer.Skim(_frame);
        return EventReader.TryRead(_frame, skim, _now, EventOrigin.Live, out var read, out var fault) ? read : throw new InvalidOperationException($"{fault}");
    }
}
