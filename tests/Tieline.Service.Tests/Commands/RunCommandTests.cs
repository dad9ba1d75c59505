using System.Net.Sockets;
using Tieline.Service.Commands;
using Tieline.Service.Hosting;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Commands;

public sealed class RunCommandTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid().Variable("TIELINE_Http__Listen", "http://127.0.0.1:0");

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Run_PipelineEndsWhenStopped_ExitsWithZero()
    {
        var pipeline = new Pipeline(async (stopping, _) =>
        {
            _sandbox.Signals.Stop();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping);
        });

        (await RunAsync(pipeline)).ExitCode.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task Run_PipelineEndsByItself_ExitsWithOne() => (await RunAsync(new Pipeline((_, _) => Task.CompletedTask))).ExitCode.ShouldBe(ExitCode.Failed);

    [Fact]
    public async Task Run_PipelineFails_ExitsWithOne() => (await RunAsync(new Pipeline((_, _) => throw new InvalidOperationException("broken")))).ExitCode.ShouldBe(ExitCode.Failed);

    [Fact]
    public async Task Run_PipelineIsCancelledThoughNobodyStoppedIt_ExitsWithOne() =>
        (await RunAsync(new Pipeline((_, _) => throw new OperationCanceledException()))).ExitCode.ShouldBe(ExitCode.Failed);

    [Fact]
    public async Task Run_PortInUse_SaysSoInOneSentence()
    {
        using var other = new TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var listen = $"http://{other.LocalEndpoint}";

        var ran = await _sandbox.Variable("TIELINE_Http__Listen", listen).RunAsyncWith(new Pipeline((_, _) => Task.CompletedTask));

        ran.ShouldBe(new Ran(ExitCode.Failed, "", $"tieline: Cannot listen on {listen}: the port is in use. Is another Tieline running? Http:Listen sets another one.\n"));
    }

    [Fact]
    public async Task Run_NoSuchAddress_SaysSoInOneSentence()
    {
        var ran = await _sandbox.Variable("TIELINE_Http__Listen", "http://192.0.2.1:3001").RunAsyncWith(new Pipeline((_, _) => Task.CompletedTask));

        ran.ShouldBe(new Ran(ExitCode.Failed, "", "tieline: Cannot listen on http://192.0.2.1:3001: this machine has no such address. Http:Listen sets another address or port.\n"));
    }

    private Task<Ran> RunAsync(Pipeline pipeline) => _sandbox.RunAsyncWith(pipeline);
}

internal sealed class Pipeline(Func<CancellationToken, CancellationToken, Task> run) : ITielinePipeline
{
    public Task RunAsync(CancellationToken stopping, CancellationToken aborting) => run(stopping, aborting);
}

internal static class PipelineSandbox
{
    public static Task<Ran> RunAsyncWith(this Sandbox sandbox, Pipeline pipeline)
    {
        sandbox.Services = services => services.AddSingleton<ITielinePipeline>(pipeline);
        return sandbox.RunAsync("run");
    }
}
