using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Tieline.Service.Hosting;
using Tieline.Service.Http;

namespace Tieline.Service.Tests.Support;

/// <summary>A sandbox whose Tieline speaks to a <see cref="FakeOrg"/>; commands find it running while <see cref="StartAsync"/>'s answer lives.</summary>
internal sealed class RunningTieline : IAsyncDisposable
{
    private readonly Task<Ran> _run;
    private readonly Sandbox _sandbox;

    private RunningTieline(Sandbox sandbox, Task<Ran> run) => (_sandbox, _run) = (sandbox, run);

    public static Sandbox Sandbox(FakeOrg org)
    {
        var port = FreePort();
        var sandbox = Support.Sandbox.Valid();
        return sandbox
            .Variable("TIELINE_DataDirectory", DataOf(sandbox))
            .Variable("CRM_WEBHOOK_URL", new Uri(org.Url, "/crm").ToString())
            .Variable("TIELINE_Genesys__ApiUrl", org.Url.ToString().TrimEnd('/'))
            .Variable("TIELINE_Http__Listen", $"http://127.0.0.1:{port}")
            .Variable("TIELINE_Logging__Level", "Error")
            .Variable("TIELINE_Redaction__IdPrefixes", "user-, user:, ext-contact-, c, q, p"); // the short ids of tests
    }

    /// <summary>A sandbox with the same data directory and port, for another start: a sandbox's signals stop once.</summary>
    public static Sandbox Again(Sandbox sandbox)
    {
        var again = new Sandbox();
        foreach (var (name, value) in sandbox.Environment)
            again.Environment[name] = value;
        return again;
    }

    public static string DataOf(Sandbox sandbox) => sandbox.Environment.GetValueOrDefault("TIELINE_DataDirectory") ?? Path.Combine(sandbox.Path, "data");

    /// <summary>Runs until it is disposed of. A sandbox's signals stop once: commands beside it need one of their own.</summary>
    public static async Task<RunningTieline> StartAsync(Sandbox sandbox)
    {
        var run = sandbox.RunAsync("run");
        using var http = new HttpClient { BaseAddress = new Uri(sandbox.Environment["TIELINE_Http__Listen"]) };
        while (true)
        {
            run.IsCompleted.ShouldBeFalse(run.IsCompleted ? run.Result.Error : null);
            try
            {
                using var answer = await http.GetAsync($"{AdminApi.Path}/gaps");
                if (answer.StatusCode == HttpStatusCode.Unauthorized)
                    return new RunningTieline(sandbox, run);
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    public static int Tamper(Sandbox sandbox, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(DataOf(sandbox), "tieline.db"), Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // text of the tests' own
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        _sandbox.Signals.Stop();
        (await _run).ExitCode.ShouldBe(0);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
