using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Tieline.Audit;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Tests.Audit;

public sealed class AuditLineTests
{
    private static readonly EventId _id = EventId.Read([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

    /// <summary>The lines of <c>docs/formats/audit-log.md</c>. Their hashes come from another program: <c>printf '%s' '{…}' | sha256sum</c>.</summary>
    [Fact]
    public void Append_GivesTheDocumentedBytes()
    {
        AuditFact[] facts =
        [
            new(1, Time("2026-03-01T23:59:59.007Z"), null, null, null, null, null, "started", null, new JsonObject { ["version"] = "1.0.0" }),
            new(2, Time("2026-03-01T23:59:59.500Z"), 4711, "c-1", "conversation.state", 0xff, _id, "accepted", null, null),
            new(3, Time("2026-03-02T01:00:00+01:00"), -1, "a\"b\\c\nd\0é😀", "", ulong.MaxValue, _id, "dead-lettered", "crm",
                new JsonObject { ["status"] = 400, ["reason"] = "no\nbody" }),
        ];
        var lines = new ArrayBufferWriter<byte>();
        using var line = new AuditLine();
        var hash = default(AuditHash);
        foreach (var fact in facts)
            hash = line.Append(fact, hash, lines);

        Encoding.UTF8.GetString(lines.WrittenSpan).ShouldBe("""
            {"timestamp":"2026-03-01T23:59:59.007Z","sequence":null,"conversationId":null,"eventType":null,"payloadHash":null,"id":null,"action":"started","destination":null,"fact":1,"detail":{"version":"1.0.0"},"previous":"0000000000000000000000000000000000000000000000000000000000000000","hash":"a667304c8e8b7236f8f094f6c95333dfe8444c59e1aa7f00f5ff7be352ff6e47"}
            {"timestamp":"2026-03-01T23:59:59.500Z","sequence":4711,"conversationId":"c-1","eventType":"conversation.state","payloadHash":"00000000000000ff","id":"evt_000102030405060708090a0b0c0d0e0f","action":"accepted","destination":null,"fact":2,"detail":null,"previous":"a667304c8e8b7236f8f094f6c95333dfe8444c59e1aa7f00f5ff7be352ff6e47","hash":"e3c9c460984976f956392eadb01b8937c2be029f15f2f8fe4ce1601f7b08192e"}
            {"timestamp":"2026-03-02T00:00:00.000Z","sequence":-1,"conversationId":"a\"b\\c\nd\u0000é\uD83D\uDE00","eventType":"","payloadHash":"ffffffffffffffff","id":"evt_000102030405060708090a0b0c0d0e0f","action":"dead-lettered","destination":"crm","fact":3,"detail":{"status":400,"reason":"no\nbody"},"previous":"e3c9c460984976f956392eadb01b8937c2be029f15f2f8fe4ce1601f7b08192e","hash":"1f5031d057d9ae6f1c5b218729cde2dbf53a3aabdfa1a26f01d6462a216a5250"}

            """);
        hash.ToString().ShouldBe("1f5031d057d9ae6f1c5b218729cde2dbf53a3aabdfa1a26f01d6462a216a5250");
    }

    [Theory]
    [InlineData("line\nfeed")]
    [InlineData("carriage\rreturn")]
    [InlineData("\u2028\u2029\u0085")]
    [InlineData("half a pair \ud800")]
    [InlineData("\",\"fact\":7,\"hash\":\"")]
    public void Append_AnyText_StaysOneLineOfUtf8(string text)
    {
        var lines = new ArrayBufferWriter<byte>();
        using var line = new AuditLine();
        line.Append(new AuditFact(1, AuditFacts.Noon, null, text, text, null, null, text, text, new JsonObject { ["reason"] = text }), default, lines);

        lines.WrittenSpan.Count((byte)'\n').ShouldBe(1);
        System.Text.Unicode.Utf8.IsValid(lines.WrittenSpan).ShouldBeTrue();
        new ChainCheck().Offer(lines.WrittenSpan[..^1].ToArray()).ShouldBeNull();
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text);
}
