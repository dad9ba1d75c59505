using Tieline.Service.Commands.Demo;

namespace Tieline.Service.Tests.Commands.Demo;

public sealed class AuditGapsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tieline-gaps-");

    [Fact]
    public void Gaps_are_read_from_every_file_in_order_and_a_torn_line_is_left_out()
    {
        Write("audit-20260302-0002.jsonl", Line(20, 24, 5) + "\n" + Line(30, 31, 2)[..60]);
        Write("audit-20260302-0001.jsonl", """{"action":"started","detail":{"version":"1"}}""" + "\n" + Line(4, 9, 3) + "\n");
        Write("checkpoints.jsonl", Line(1, 1, 1) + "\n");

        AuditGaps.Read(_directory.FullName).ShouldBe([new GapSpan(4, 9, 3, "reconnect"), new GapSpan(20, 24, 5, "reconnect")]);
    }

    [Fact]
    public void Before_the_first_line_there_are_none() => AuditGaps.Read(Path.Combine(_directory.FullName, "audit")).ShouldBeEmpty();

    public void Dispose() => _directory.Delete(recursive: true);

    private static string Line(long first, long last, long missing) =>
        $$$"""{"timestamp":"2026-03-02T09:14:07.218Z","action":"gap-detected","fact":7,"detail":{"firstSequence":{{{first}}},"lastSequence":{{{last}}},"missing":{{{missing}}},"reason":"reconnect"}}""";

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_directory.FullName, name), text);
}
