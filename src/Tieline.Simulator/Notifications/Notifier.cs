using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tieline.Simulator.Details;
using Tieline.Simulator.Streams;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Notifications;

/// <summary>Tells each event of a conversation to the channels that listen to one of its queues or users: a body is made once, a frame once for each topic.
/// Called by the holder of the streams' lock.</summary>
internal sealed partial class Notifier(GenesysSimulatorOptions options, ChannelDesk channels, ParticipantPool people)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly RecordBuilder _builder = new(people);
    private readonly SnapshotWriter _writer = new(people);
    private readonly FlatSnapshotWriter _flatWriter = new(people);
    private readonly DetailEvents _details = new(people);
    private readonly string[][] _queueTopics = [.. people.QueueIds.Select(id => TopicsOf(Topic.Queues + Encoding.ASCII.GetString(id)))];
    private readonly string[] _paddings = Paddings(options.BodyPadding, options.BodyPaddingUpTo ?? options.BodyPadding);
    private readonly List<(string Topic, MediaType? Medium, StreamSocket[] Sockets)> _targets = [];
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<StreamSocket> _sockets = [];
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private int _turn;
    private long _sent;
    private long _written;

    /// <summary>Set by the owner: a socket took the event of this line of the facts.</summary>
    public Action<int>? Written { get; set; }

    /// <summary>Notifications handed to an open socket, each as often as it was.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Events of which at least one socket took a notification.</summary>
    public long Taken => Interlocked.Read(ref _written);

    /// <summary>Finds who listens to a conversation.</summary>
    /// <returns>Whether somebody does or once did: then it is told.</returns>
    public bool Concerns(PastConversation past, in MadeEvent made)
    {
        _targets.Clear();
        if (!channels.HasTopics)
        {
            return false;
        }
        _seen.Clear();
        var concerns = false;
        foreach (ref readonly var fact in past.Until(made.Milliseconds))
        {
            if (fact.Kind == EventKind.RoutingQueue)
            {
                concerns |= Find(_queueTopics[fact.Queue], past);
            }
        }
        if (channels.HasUserTopics)
        {
            foreach (var participant in _builder.Build(past, made.Milliseconds).Participants)
            {
                concerns |= participant.UserId is { } user && Find(TopicsOf(Topic.Users + user), past);
            }
        }
        return concerns;
    }

    /// <summary>Sends the event to those found.</summary>
    /// <param name="past">Of which conversation.</param>
    /// <param name="made">What happened.</param>
    /// <param name="fact">Its line of the facts; -1: none.</param>
    public void Tell(PastConversation past, in MadeEvent made, int fact)
    {
        if (channels.HasDetailTopics)
        {
            TellDetails(past, made.Milliseconds);
        }
        if (_targets.Count == 0 || IsDropped())
        {
            return;
        }
        var notification = new Notification(OnWritten, fact);
        var snapshot = Snapshot.Of(past, _builder.Build(past, made.Milliseconds));
        var oddity = TakeOddity(snapshot);
        if (oddity == Oddity.Transitional)
        {
            Send(past, made, Render(snapshot, Oddity.Transitional), notification);   // and what completes it follows
            oddity = Oddity.None;
        }
        Send(past, made, Render(snapshot, oddity), notification);
        if (TakeStale() && Earlier(past, made.Milliseconds) is { } earlier)
        {
            Send(past, made, Render(Snapshot.Of(past, _builder.Build(past, earlier)), Oddity.None), notification);
        }
    }

    /// <summary>The detail events of what has happened since the event before, to those who listen to them.</summary>
    private void TellDetails(PastConversation past, long now)
    {
        var before = Earlier(past, now) is { } earlier ? _builder.Build(past, earlier) : null;
        foreach (var (suffix, body) in _details.Between(past, before, _builder.Build(past, now)))
        {
            var topic = $"{DetailEvents.Topic}{past.Id}.{suffix}";
            _sockets.Clear();
            channels.Listeners(topic, _sockets);
            if (_sockets.Count == 0)
            {
                continue;
            }
            var frame = Frame(topic, body, Correlation(past.Id, now), parts: 1);
            _sockets.ForEach(socket => Send(socket, frame, new Notification(_ => { }, fact: -1)));
        }
    }

    /// <summary>A body as the API answers a request for the conversation with.</summary>
    public byte[] Rest(PastConversation past, long asOf)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Relaxed);
        _writer.Write(json, Snapshot.Of(past, _builder.Build(past, asOf)), "", Oddity.None, isRest: true);
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static string[] TopicsOf(string prefix) =>
        [prefix + Topic.Conversations, .. SnapshotJson.Media.Select(media => $"{prefix}{Topic.Conversations}.{media}")];

    private static string Padding(int length) =>
        length == 0 ? "" : string.Concat(Enumerable.Repeat("the customer called before and was called back; ", (length / 48) + 1))[..length];

    /// <summary>One, or so many that they are evenly spread.</summary>
    private static string[] Paddings(int shortest, int longest)
    {
        const int Steps = 31;
        return shortest == longest ? [Padding(shortest)] : [.. Enumerable.Range(0, Steps + 1).Select(step => Padding(shortest + (int)((longest - shortest) * (long)step / Steps)))];
    }

    /// <returns>When the event before was; null: it is the first.</returns>
    private static long? Earlier(PastConversation past, long now)
    {
        var before = past.Until(now - 1);
        return before.Length > 0 ? past.TimeOf(before[^1]) : null;
    }

    private bool Find(string[] topics, PastConversation past)
    {
        var known = Find(topics[0], medium: null);
        foreach (var medium in past.AllMedia)
        {
            known |= Find(topics[1 + (int)medium], medium);
        }
        return known;
    }

    /// <param name="topic">Whose listeners are found.</param>
    /// <param name="medium">The one that the topic is of; null: of all.</param>
    private bool Find(string topic, MediaType? medium)
    {
        if (!_seen.Add(topic))
        {
            return false;
        }
        _sockets.Clear();
        var known = channels.Listeners(topic, _sockets);
        if (_sockets.Count > 0)
        {
            _targets.Add((topic, medium, [.. _sockets]));
        }
        return known;
    }

    private Bodies Render(Snapshot snapshot, Oddity oddity)
    {
        var padding = oddity == Oddity.Big ? Padding(1024 * 1024) : _paddings[_turn++ % _paddings.Length];
        return new Bodies(
            _targets.Exists(target => target.Medium is null) ? Render(json => _writer.Write(json, snapshot, padding, oddity, isRest: false)) : [],
            _targets.Select(target => target.Medium).OfType<MediaType>().Distinct()
                .ToDictionary(medium => medium, medium => Render(json => _flatWriter.Write(json, snapshot, medium, padding, oddity))));
    }

    private byte[] Render(Action<Utf8JsonWriter> write)
    {
        _buffer.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_buffer, Relaxed);
        write(json);
        json.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    private void Send(PastConversation past, in MadeEvent made, Bodies bodies, Notification notification)
    {
        var correlation = Correlation(past.Id, made.Milliseconds);
        var twice = TakeDuplicate();
        var holds = TakeHold(past.Id, made.Kind);
        var parts = TakeFragment();
        foreach (var (topic, medium, sockets) in _targets)
        {
            var frame = Frame(topic, medium is { } one ? bodies.Flat[one] : bodies.Full, correlation, parts);
            foreach (var socket in sockets)
            {
                if (holds)
                {
                    Hold(past.Id, socket, frame, notification);
                    continue;
                }
                if (Shuffles(socket, frame, notification))
                {
                    continue;
                }
                Send(socket, frame, notification);
                if (twice)
                {
                    Send(socket, frame, notification);
                }
            }
        }
        if (!holds)
        {
            Release(past.Id);
        }
        EndRun();
    }

    private void Send(StreamSocket socket, byte[] frame, Notification notification)
    {
        if (socket.IsSpeaking)
        {
            socket.Send(frame, notification);
            Interlocked.Increment(ref _sent);
        }
    }

    private static byte[] Frame(string topic, byte[] body, Guid correlation, int parts)
    {
        const int Around = 160;
        var message = new byte[topic.Length * 3 + body.Length + Around];
        var at = 0;
        Put(message, ref at, "{\"topicName\":"u8);
        Put(message, ref at, JsonSerializer.SerializeToUtf8Bytes(topic));
        Put(message, ref at, ",\"version\":\"2\",\"eventBody\":"u8);
        Put(message, ref at, body);
        Put(message, ref at, ",\"metadata\":{\"CorrelationId\":\""u8);
        correlation.TryFormat(message.AsSpan(at), out var length);
        at += length;
        Put(message, ref at, "\"}}"u8);
        var whole = message.AsSpan(0, at);
        return parts > 1 ? Frames.Fragment(whole, parts) : Frames.Make(Frames.FinalText, whole);
    }

    private static void Put(byte[] to, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(to.AsSpan(at));
        at += bytes.Length;
    }

    /// <summary>The same for all that one event sets off.</summary>
    private static Guid Correlation(Guid conversation, long milliseconds)
    {
        Span<byte> bytes = stackalloc byte[16];
        conversation.TryWriteBytes(bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Dice.Mix(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ (ulong)milliseconds));
        return new Guid(bytes);
    }

    private void OnWritten(int fact)
    {
        Interlocked.Increment(ref _written);
        Written?.Invoke(fact);
    }

    private readonly record struct Bodies(byte[] Full, Dictionary<MediaType, byte[]> Flat);
}
