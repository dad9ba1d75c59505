namespace Tieline.Simulator.Tests;

public class SimulatorHostTests
{
    public static TheoryData<string> Simulators => ["genesys", "crm"];

    [Theory, MemberData(nameof(Simulators))]
    public async Task It_says_where_it_listens_in_one_line_and_runs_until_stopped(string which)
    {
        using var stopping = new CancellationTokenSource();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using var output = new LineWriter();
        var running = which == "genesys"
            ? SimulatorHost.RunGenesysAsync(new GenesysSimulatorOptions(), stopping.Token, output)
            : SimulatorHost.RunCrmAsync(new CrmSimulatorOptions(), stopping.Token, output);
        var line = await output.First.Task.WaitAsync(deadline.Token);
        line.ShouldMatch(@"^listening on http://127\.0\.0\.1:\d+$");
        using var http = new HttpClient();
        (await http.GetStringAsync(new Uri(line["listening on ".Length..] + "/_simulator/status"), deadline.Token)).ShouldStartWith("{");
        await stopping.CancelAsync();
        await running.WaitAsync(deadline.Token);
        output.Lines.ShouldBe(1);
    }

    private sealed class LineWriter : StringWriter
    {
        public TaskCompletionSource<string> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Lines { get; private set; }

        public override Task WriteLineAsync(string? value)
        {
            Lines++;
            First.TrySetResult(value!);
            return Task.CompletedTask;
        }
    }
}
