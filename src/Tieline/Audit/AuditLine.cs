using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Audit;

/// <summary>A fact as a line of the audit log, byte for byte as in <c>docs/formats/audit-log.md</c>. Pure; the instance only holds reused buffers.</summary>
internal sealed class AuditLine : IDisposable
{
    private readonly ArrayBufferWriter<byte> _body = new(1024);
    private readonly Utf8JsonWriter _json;

    public AuditLine() =>
        // Relaxed: what is not ASCII stays readable. Control characters, LF among them, and quotes are escaped by every encoder.
        _json = new Utf8JsonWriter(_body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>Appends the line, its LF included.</summary>
    /// <param name="previous">The hash of the line before.</param>
    /// <returns>The line's own hash, which the next one follows.</returns>
    public AuditHash Append(AuditFact fact, AuditHash previous, IBufferWriter<byte> lines)
    {
        _body.ResetWrittenCount();
        _json.Reset();
        WriteBody(fact, previous);
        _json.Flush();
        var body = _body.WrittenSpan;
        var hash = AuditHash.Of(body);

        lines.Write(body[..^1]);
        lines.Write(",\"hash\":\""u8);
        hash.WriteHex(lines.GetSpan(AuditHash.HexLength));
        lines.Advance(AuditHash.HexLength);
        lines.Write("\"}\n"u8);
        return hash;
    }

    public void Dispose() => _json.Dispose();

    private void WriteBody(AuditFact fact, AuditHash previous)
    {
        Span<byte> text = stackalloc byte[AuditHash.HexLength];
        _json.WriteStartObject();
        _json.WriteString("timestamp"u8, text[..EventTime.Write(fact.Timestamp, text)]);
        if (fact.Sequence is { } sequence)
            _json.WriteNumber("sequence"u8, sequence);
        else
            _json.WriteNull("sequence"u8);
        _json.WriteString("conversationId"u8, fact.ConversationId);
        _json.WriteString("eventType"u8, fact.EventType);
        if (fact.PayloadHash is { } payloadHash && payloadHash.TryFormat(text, out var length, "x16", CultureInfo.InvariantCulture))
            _json.WriteString("payloadHash"u8, text[..length]);
        else
            _json.WriteNull("payloadHash"u8);
        _json.WriteString("id"u8, fact.Id?.ToString());
        _json.WriteString("action"u8, fact.Action);
        _json.WriteString("destination"u8, fact.Destination);
        _json.WriteNumber("fact"u8, fact.Number);
        _json.WritePropertyName("detail"u8);
        if (fact.Detail is { } detail)
            detail.WriteTo(_json);
        else
            _json.WriteNullValue();
        previous.WriteHex(text);
        _json.WriteString("previous"u8, text);
        _json.WriteEndObject();
    }
}
