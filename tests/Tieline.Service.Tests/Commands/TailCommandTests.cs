using System.Text.Json.Nodes;
using System.Threading.Channels;
using Tieline.Service.Commands;
using Tieline.Service.Hosting;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Commands;

public sealed class TailCommandTests : OrgTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_follows_what_fits_until_it_is_stopped()
    {
        Org.Have(3);
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);
        using var accepted = new Tail(Sandbox, "--after", "0", "--conversation", "c1", "--json");
        using var delivered = new Tail(Sandbox, "--after", "0", "--destination", "crm", "--state", "completed");
        await api.BackfillAsync(6);

        var first = JsonNode.Parse(await accepted.LineAsync())!;
        (first["action"]!.GetValue<string>(), first["event"]!["conversationId"]!.GetValue<string>()).ShouldBe(("accepted", "c1"));
        var second = JsonNode.Parse(await accepted.LineAsync())!;
        second["fact"]!.GetValue<long>().ShouldBeGreaterThan(first["fact"]!.GetValue<long>());
        for (var number = 0; number < 3; number++)
            (await delivered.LineAsync()).ShouldMatch("^[^ ]+Z delivered crm conversation.state completed c[012] .*backfill evt_[0-9a-f]{32}$");

        // Where it ended, another goes on: nothing is told twice, nothing left out.
        using var later = new Tail(Sandbox, "--after", $"{first["fact"]}", "--conversation", "c1", "--json");
        JsonNode.DeepEquals(JsonNode.Parse(await later.LineAsync()), second).ShouldBeTrue();
        foreach (var tail in (Tail[])[accepted, delivered, later])
            (await tail.StopAsync()).ShouldBe((ExitCode.Done, ""));
    }

    [Fact]
    public async Task It_ends_with_Tieline_and_tells_what_is_wrong()
    {
        var running = await RunningTieline.StartAsync(Sandbox);
        Org.Have(1);
        using (var api = new ApiClient(Sandbox))
            await api.BackfillAsync(2);
        using var wrong = new Tail(Sandbox, "--destination", "erp");
        (await wrong.EndedAsync()).Error.ShouldContain("There is no destination 'erp' in the configuration.");
        using var tail = new Tail(Sandbox, "--after", "0");
        await tail.LineAsync();

        await running.DisposeAsync();

        (await tail.EndedAsync()).ShouldBe((ExitCode.Failed, "tieline: Tieline has stopped.\n"));
        using var alone = new Tail(Sandbox);
        (await alone.EndedAsync()).Error.ShouldContain("No Tieline runs");
    }

    /// <summary>The command beside a Tieline that runs, read line by line.</summary>
    private sealed class Tail : IDisposable
    {
        private readonly StopSignals _signals = new(TimeProvider.System);
        private readonly Lines _output = new();
        private readonly StringWriter _error = new();
        private readonly Task<int> _run;

        public Tail(Sandbox sandbox, params string[] arguments) =>
            _run = TielineCommand.RunAsync(["tail", .. arguments], new CommandContext(_output, _error, sandbox.Path, sandbox.Environment, _signals, TimeProvider.System));

        public ValueTask<string> LineAsync() => _output.Written.Reader.ReadAsync(Token);

        public Task<(int Code, string Error)> StopAsync()
        {
            _signals.Stop();
            return EndedAsync();
        }

        public async Task<(int Code, string Error)> EndedAsync() => (await _run.WaitAsync(Token), _error.ToString());

        public void Dispose()
        {
            _signals.Dispose();
            _output.Dispose();
            _error.Dispose();
        }
    }

    private sealed class Lines : StringWriter
    {
        public Channel<string> Written { get; } = Channel.CreateUnbounded<string>();

        public override Task WriteLineAsync(string? value)
        {
            Written.Writer.TryWrite(value ?? "");
            return Task.CompletedTask;
        }
    }
}
