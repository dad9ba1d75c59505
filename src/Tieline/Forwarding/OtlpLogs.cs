using System.Text.Unicode;
using Google.Protobuf;

namespace Tieline.Forwarding;

/// <summary>Records as an OTLP request for logs, and what its answer says (opentelemetry/proto/collector/logs/v1). Pure.</summary>
/// <remarks>Field numbers are the protocol's, which never change them. The few messages are written by hand: generated code would be fifty times as long.</remarks>
internal static class OtlpLogs
{
    private const string Service = "tieline";
    private const string Scope = "tieline.audit";

    /// <param name="observedAt">When they are sent.</param>
    public static byte[] Write(IReadOnlyList<ForwardRecord> records, string version, string host, DateTimeOffset observedAt)
    {
        var resource = Message(o =>
        {
            Text(o, 1, "service.name", Service);
            Text(o, 1, "service.version", version);
            Text(o, 1, "host.name", host);
        });
        var scope = Message(o => Field(o, 1, Scope));
        var scopeLogs = Message(o =>
        {
            Field(o, 1, scope);
            foreach (var record in records)
                Field(o, 2, Record(record, observedAt));
        });
        var resourceLogs = Message(o =>
        {
            Field(o, 1, resource);
            Field(o, 2, scopeLogs);
        });
        return Message(o => Field(o, 1, resourceLogs));
    }

    /// <summary>How many records the receiver says that it has refused, of those it answered 200 to.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is no such answer.</exception>
    public static long ReadRefused(byte[] answer)
    {
        var input = new CodedInputStream(answer);
        long refused = 0;
        while (input.ReadTag() is var tag && tag != 0)
        {
            if (tag == WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited))
                refused = ReadPartialSuccess(input.ReadBytes());
            else
                input.SkipLastField();
        }

        return refused;
    }

    private static long ReadPartialSuccess(ByteString message)
    {
        var input = message.CreateCodedInput();
        long refused = 0;
        while (input.ReadTag() is var tag && tag != 0)
        {
            if (tag == WireFormat.MakeTag(1, WireFormat.WireType.Varint))
                refused = input.ReadInt64();
            else
                input.SkipLastField();
        }

        return refused;
    }

    private static byte[] Record(ForwardRecord record, DateTimeOffset observedAt) => Message(o =>
    {
        if (record.Timestamp is { } at)
            Time(o, 1, at);
        o.WriteTag(2, WireFormat.WireType.Varint);
        o.WriteEnum(record.Severity.ToOtlp());
        Field(o, 3, record.Severity.ToString());
        Field(o, 5, Body(record.Line));
        Text(o, 6, "tieline.audit.action", record.Action);
        if (record.Fact is { } fact)
            Number(o, 6, "tieline.audit.fact", fact);
        Time(o, 11, observedAt);
        Field(o, 12, $"{Scope}.{record.Action}");
    });

    /// <summary>The line as text. Protobuf's text must be UTF-8: what no longer is goes as bytes.</summary>
    private static byte[] Body(byte[] line) => Message(o => Field(o, Utf8.IsValid(line) ? 1 : 7, line));

    private static void Text(CodedOutputStream output, int field, string key, string value) => Attribute(output, field, key, Message(o => Field(o, 1, value)));

    private static void Number(CodedOutputStream output, int field, string key, long value) => Attribute(output, field, key, Message(o =>
    {
        o.WriteTag(3, WireFormat.WireType.Varint);
        o.WriteInt64(value);
    }));

    private static void Attribute(CodedOutputStream output, int field, string key, byte[] value) => Field(output, field, Message(o =>
    {
        Field(o, 1, key);
        Field(o, 2, value);
    }));

    private static void Time(CodedOutputStream output, int field, DateTimeOffset at)
    {
        output.WriteTag(field, WireFormat.WireType.Fixed64);
        output.WriteFixed64((ulong)(at - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);
    }

    private static void Field(CodedOutputStream output, int field, string text)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
    }

    /// <summary>A message, text or bytes: on the wire they are the same.</summary>
    private static void Field(CodedOutputStream output, int field, byte[] bytes)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(bytes));
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
            write(output);
        return bytes.ToArray();
    }
}
