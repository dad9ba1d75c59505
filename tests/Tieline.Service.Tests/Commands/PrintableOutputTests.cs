using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Tieline.Service.Commands;
using Tieline.Service.Doctor;
using Tieline.Service.Hosting;
using Tieline.Service.Tests.Support;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Commands;

/// <summary>Nothing that came from elsewhere steers the terminal that a command's result is read in.</summary>
public sealed partial class PrintableOutputTests : OrgTests
{
    /// <summary>All of Unicode that may do harm, once; a forged line; and sequences of our own.</summary>
    private static readonly string _hostile = "\x1b[31mFAKE\x1b[0m\r\nspoofed line\n" + string.Concat(Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(value => new Rune(value)).Where(IsHarmful)) + "\ud800";

    [Fact]
    public async Task Dead_letters_and_the_audit_log_are_printable()
    {
        using (var first = RunningTieline.Sandbox(Org).Variable("TIELINE_DataDirectory", RunningTieline.DataOf(Sandbox)))
        await using (await RunningTieline.StartAsync(first))
        {
        }

        Org.Have(3);
        Org.CrmStatus = 422;
        (await Sandbox.RunAsync("backfill", "--from", Text(FakeOrg.Start.AddMinutes(-5)), "--to", Text(FakeOrg.Start.AddMinutes(30)))).ExitCode.ShouldBe(ExitCode.Done);
        var data = Path.Combine(RunningTieline.DataOf(Sandbox), "tieline.db");
        using (var connection = new SqliteConnection($"Data Source={data};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE dead_letter SET reason = $text, cause_text = $text, conversation = $text; UPDATE attempt SET answer = $text; UPDATE event SET conversation = $text";
            command.Parameters.AddWithValue("$text", _hostile[..^1]);
            command.ExecuteNonQuery();
        }

        foreach (var arguments in (string[])["dead-letters list", "dead-letters list --each", "dead-letters show 1", "dead-letters list --json", "dead-letters show 1 --json"])
        {
            var ran = await Sandbox.RunAsync(arguments.Split(' '));
            ran.ExitCode.ShouldBe(ExitCode.Done, ran.Error);
            ran.Output.ShouldContain("\\u001b[31mFAKE", Case.Insensitive, arguments);
            ShouldBePrintable(ran.Output);
        }

        // A line of an answer is one of ours, further in; everywhere else it is forged.
        (await Sandbox.RunAsync("dead-letters", "list")).Output.ShouldNotContain("\nspoofed");
        (await Sandbox.RunAsync("dead-letters", "list", "--each")).Output.ShouldNotContain("\nspoofed");
        (await Sandbox.RunAsync("dead-letters", "show", "1")).Output.ShouldNotContain("\nspoofed");

        var log = Directory.GetFiles(RunningTieline.DataOf(Sandbox), "*.jsonl", SearchOption.AllDirectories).First(file => file.Contains("audit", StringComparison.Ordinal) && !file.Contains("checkpoint", StringComparison.Ordinal));
        var line = JsonNode.Parse((await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken))[^1])!.AsObject();
        foreach (var member in line.Where(member => member.Value is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.String && member.Key is "conversationId" or "type" or "eventType" or "action").Select(member => member.Key).ToList())
            line[member] = _hostile[..^1];
        await File.AppendAllTextAsync(log, line.ToJsonString() + "\n", TestContext.Current.CancellationToken);
        var audit = await Sandbox.RunAsync("audit", "show", "--all");
        audit.Output.ShouldContain("\\u001b[31mFAKE");
        audit.Output.ShouldNotContain("\nspoofed");
        ShouldBePrintable(audit.Output);
    }

    [Fact]
    public void Tail_and_status_show_colours_of_ours_only()
    {
        using var output = new StringWriter();
        var context = Context(output) with { OutputWidth = 80 };
        var terminal = new Terminal(context);
        var step = new JsonObject { ["action"] = "delivered", ["destination"] = _hostile, ["at"] = _hostile, ["event"] = new JsonObject { ["type"] = _hostile, ["state"] = _hostile, ["conversationId"] = _hostile, ["queueId"] = _hostile, ["id"] = _hostile, ["origin"] = _hostile } };
        terminal.Output.Write(TailCommand.Line(PrintableJson.Of(step), terminal));

        var shown = output.ToString();
        shown.ShouldContain("\x1b[32mdelivered");
        ShouldBePrintable(Ours().Replace(shown, ""));
        shown.ShouldNotContain("\x1b[31m");
        shown.ShouldNotContain("\n");
    }

    [Fact]
    public async Task What_a_person_typed_or_configured_is_printable_too()
    {
        var text = _hostile.Replace("\0", "", StringComparison.Ordinal)[..^1];
        Sandbox.Json(new JsonObject { ["Logging"] = new JsonObject { ["Level"] = text }, [text] = text }.ToJsonString());
        foreach (var arguments in (string[][])[["config", "show"], ["config", "validate"], ["doctor"], ["run"], ["dead-letters", text], [text], ["replay", "--from", text]])
        {
            var ran = await Sandbox.RunAsync(arguments);
            (ran.Output + ran.Error).ShouldContain("\\u001b[31mFAKE");
            ShouldBePrintable(ran.Output);
            ShouldBePrintable(ran.Error);
        }
    }

    [Fact]
    public void What_doctor_saw_is_printable()
    {
        using var output = new StringWriter();
        new ExaminationReport([new Finding(_hostile, _hostile, Verdict.Fail, _hostile, _hostile)]).Write(Context(output).Output, null);
        output.ToString().ShouldContain("\\u001b[31mFAKE");
        output.ToString().ShouldNotContain("\nspoofed");
        ShouldBePrintable(output.ToString());
    }

    /// <summary>However a command writes: this is what keeps a new one from forgetting it.</summary>
    [Fact]
    public async Task The_writer_of_every_command_lets_nothing_through()
    {
        using var output = new StringWriter();
        await using var writer = Context(output).Output;
        foreach (var one in _hostile)
            writer.Write(one);
        writer.Write(_hostile);
        writer.Write(_hostile.ToCharArray());
        writer.Write(_hostile.AsSpan());
        writer.Write((object)_hostile);
        writer.Write("{0}", _hostile);
        writer.Write(new StringBuilder(_hostile));
        writer.WriteLine(_hostile);
        writer.WriteLine(_hostile.ToCharArray());
        writer.WriteLine(_hostile.AsSpan());
        writer.WriteLine((object)_hostile);
        writer.WriteLine("{0}", _hostile);
        await writer.WriteAsync('\x1b');
        await writer.WriteAsync(_hostile);
        await writer.WriteAsync(_hostile.AsMemory(), TestContext.Current.CancellationToken);
        await writer.WriteAsync(_hostile.ToCharArray(), 0, _hostile.Length);
        await writer.WriteLineAsync('\x1b');
        await writer.WriteLineAsync(_hostile);
        await writer.WriteLineAsync(_hostile.AsMemory(), TestContext.Current.CancellationToken);
        await writer.WriteLineAsync(_hostile.ToCharArray(), 0, _hostile.Length);
        await writer.FlushAsync(TestContext.Current.CancellationToken);

        ShouldBePrintable(output.ToString());
        using var line = new StringWriter();
        Context(line).Output.WriteLine("a\nb");
        line.ToString().ShouldBe("a\\u000ab\n");
    }

    [Fact]
    public void Nobody_goes_past_it_but_who_must()
    {
        var files = Directory.EnumerateFiles(Path.GetDirectoryName(Repository.FileNamed("src/Tieline.Service/Program.cs"))!, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)).ToList();
        files.Where(file => Past().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName).Order().ShouldBe(["DemoCommand.cs", "HiddenLine.cs", "Program.cs", "ProgressLine.cs", "Terminal.cs"]);
    }

    [Fact]
    public void Texts_in_logs_are_printable()
    {
        var seen = new List<Serilog.Events.LogEvent>();
        using var logger = new Serilog.LoggerConfiguration().Enrich.With(new PrintableProperties()).WriteTo.Sink(new Sink(seen)).CreateLogger();
        logger.Information("Not taken: {Reason}", _hostile);
        var shown = seen.ShouldHaveSingleItem().RenderMessage(CultureInfo.InvariantCulture);
        shown.ShouldContain("\\u001b[31mFAKE");
        shown.ShouldNotContain("\n");
        ShouldBePrintable(shown);
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private CommandContext Context(TextWriter output) => new(output, TextWriter.Null, Sandbox.Path, Sandbox.Environment, Sandbox.Signals, TimeProvider.System);

    private static bool IsHarmful(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static void ShouldBePrintable(string text)
    {
        text.EnumerateRunes().Where(rune => rune.Value != '\n' && IsHarmful(rune)).ShouldBeEmpty();
        text.Where((unit, index) => char.IsHighSurrogate(unit) ? index + 1 == text.Length || !char.IsLowSurrogate(text[index + 1]) : char.IsLowSurrogate(unit) && !char.IsHighSurrogate(text[index - 1])).ShouldBeEmpty();
    }

    [GeneratedRegex("\x1b\\[(?:32|2|0)m", RegexOptions.None, 1000)]
    private static partial Regex Ours();

    [GeneratedRegex(@"(?:Output|Error|\))\.Raw\b|Console\.(?:Out|Error|Write|OpenStandard)", RegexOptions.None, 1000)]
    private static partial Regex Past();

    private sealed class Sink(List<Serilog.Events.LogEvent> seen) : Serilog.Core.ILogEventSink
    {
        public void Emit(Serilog.Events.LogEvent logEvent) => seen.Add(logEvent);
    }
}
