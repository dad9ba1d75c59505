using System.Security.Cryptography;

namespace Tieline.Service.Commands.Demo;

/// <summary>The three programs: how each is started, the first time and again.</summary>
internal sealed class DemoChildren : IAsyncDisposable
{
    public const string ClientId = "demo-client";

    /// <summary>Known to the simulator alone: it opens nothing.</summary>
    public const string ClientSecret = "demo-secret";

    /// <summary>A simulator that died may have numbered this many seconds' events that nobody knows of; the next one starts behind them.</summary>
    private const int SkippedSeconds = 10;

    private readonly DemoSite _site;
    private readonly DemoOptions _options;
    private readonly string _canary;
    private readonly Func<long> _lastSequence;
    private readonly ProgramFile _tieline = ProgramFile.Tieline();
    private readonly ProgramFile _crmReceiver = ProgramFile.CrmReceiver();
    private int _simulatorLives;

    /// <param name="canary">Planted in every frame beside the other personal data.</param>
    /// <param name="lastSequence">The last number the ledger knows.</param>
    public DemoChildren(DemoSite site, DemoOptions options, string canary, Func<long> lastSequence, TimeProvider time)
    {
        (_site, _options, _canary, _lastSequence) = (site, options, canary, lastSequence);
        Simulator = new SupervisedChild("simulator", LaunchSimulator, new ChildLog(site.LogFile("simulator")), time);
        Tieline = new SupervisedChild("Tieline", LaunchTieline, new ChildLog(site.LogFile("tieline")), time);
        Crm = new SupervisedChild("CRM receiver", LaunchCrm, new ChildLog(site.LogFile("crm-receiver")), time);
    }

    public SupervisedChild Simulator { get; }

    public SupervisedChild Tieline { get; }

    public SupervisedChild Crm { get; }

    public IEnumerable<SupervisedChild> All => [Simulator, Tieline, Crm];

    /// <summary>Ends when one of them cannot be kept running; throws then.</summary>
    public async Task AnyFailedAsync() => await await Task.WhenAny(All.Select(child => child.Running));

    /// <summary>Runs another command of this program to its end.</summary>
    public async Task<(int ExitCode, string Output)> RunTielineAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        using var log = new ChildLog(_site.LogFile("commands"));
        using var process = ChildProcess.Start(Launch(_tieline, arguments, []), log);
        var exitCode = await process.WaitAsync(cancellation);
        return (exitCode, log.LastLines);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in All)
            await child.DisposeAsync();
    }

    private ChildLaunch LaunchTieline() => Launch(_tieline, ["run"],
    [
        new("TIELINE_DataDirectory", _site.DataDirectory),
        new("TIELINE_Genesys__ApiUrl", Text(_site.SimulatorUrl)),
        new("TIELINE_Genesys__StreamUrl", Text(_site.StreamUrl)),
        new("TIELINE_Genesys__Source", $"{_options.Source}"),
        new("TIELINE_Genesys__ClientId", ClientId),
        new("TIELINE_Genesys__ClientSecret", ClientSecret),
        new("TIELINE_Http__Listen", Text(_site.TielineUrl)),
        new("CRM_WEBHOOK_URL", Text(_site.WebhookUrl)),
    ]);

    private ChildLaunch LaunchSimulator()
    {
        // The next simulator makes other conversations, and numbers them behind the last: its numbers must not be taken for the old ones.
        var first = _simulatorLives == 0 ? 1 : _lastSequence() + (SkippedSeconds * _options.Rate);
        _simulatorLives++;
        return Launch(_tieline,
        [
            "simulate", "genesys", "--listen", Text(_site.SimulatorUrl), "--rate", $"{_options.Rate}",
            "--client-id", ClientId, "--client-secret", ClientSecret, "--canary", _canary, "--seed", $"{RandomNumberGenerator.GetInt32(int.MaxValue)}", "--first-sequence", $"{first}",
            "--unusual", "0.25",
        ], []);
    }

    private ChildLaunch LaunchCrm() => Launch(_crmReceiver, ["--urls", Text(_site.CrmUrl), "--file", _site.ReceivedFile], []);

    private ChildLaunch Launch(ProgramFile program, IReadOnlyList<string> arguments, IReadOnlyList<KeyValuePair<string, string>> settings)
    {
        var user = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""));
        return new ChildLaunch(program, arguments, ScrubbedEnvironment.Of(user, settings), _site.WorkDirectory);
    }

    private static string Text(Uri url) => url.ToString().TrimEnd('/');
}
