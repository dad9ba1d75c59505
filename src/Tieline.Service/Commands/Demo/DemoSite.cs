using Tieline.Service.Http;

namespace Tieline.Service.Commands.Demo;

/// <summary>Where everything of one demo is: ports, URLs, a directory of its own.</summary>
internal sealed class DemoSite : IDisposable
{
    private DemoSite(string root, bool keep, int[] ports)
    {
        (Root, IsKept) = (root, keep);
        TielineUrl = Loopback(ports[0]);
        SimulatorUrl = Loopback(ports[1]);
        CrmUrl = Loopback(ports[2]);
        foreach (var directory in new[] { WorkDirectory, LogDirectory })
            Directory.CreateDirectory(directory);
    }

    public string Root { get; }

    /// <summary>Kept by choice, or since something in it is worth looking at.</summary>
    public bool IsKept { get; set; }

    public Uri TielineUrl { get; }

    /// <summary>The operator's token. Null until Tieline has made it.</summary>
    public string? Token => ConsoleToken.TryRead(DataDirectory);

    /// <summary>The simulated Genesys, and its control API.</summary>
    public Uri SimulatorUrl { get; }

    public Uri CrmUrl { get; }

    public Uri WebhookUrl => new(CrmUrl, "/webhooks/tieline");

    public Uri StreamUrl => new UriBuilder(new Uri(SimulatorUrl, "/api/v2/analytics/events/stream")) { Scheme = "ws" }.Uri;

    /// <summary>Tieline's; it makes it.</summary>
    public string DataDirectory => Path.Combine(Root, "data");

    public string AuditDirectory => Path.Combine(DataDirectory, "audit");

    /// <summary>What the CRM received, bodies included.</summary>
    public string ReceivedFile => Path.Combine(Root, "crm-received.ndjson");

    /// <summary>What the simulator sent, by its own record.</summary>
    public string LedgerFile => Path.Combine(Root, "simulator-ledger.ndjson");

    /// <summary>Where the children run. Stays empty.</summary>
    public string WorkDirectory => Path.Combine(Root, "work");

    public string LogDirectory => Path.Combine(Root, "logs");

    public static DemoSite Create(bool keep) =>
        new(Directory.CreateTempSubdirectory("tieline-demo-").FullName, keep, FreePort.Take(3, DemoDefaults.TielinePort));

    public string LogFile(string name) => Path.Combine(LogDirectory, name + ".log");

    public void Dispose()
    {
        if (IsKept)
            return;
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (IOException)
        {
            // A temporary directory; the system clears it in time.
        }
    }

    private static Uri Loopback(int port) => new($"http://127.0.0.1:{port}");
}
