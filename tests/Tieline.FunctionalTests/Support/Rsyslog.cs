using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Tieline.TestKit;

namespace Tieline.FunctionalTests.Support;

/// <summary>Debian's rsyslog as a child process: what it gets it writes to a file.</summary>
internal sealed class Rsyslog : ISiem
{
    private const string Program = "/usr/sbin/rsyslogd";
    private const int Sigterm = 15;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _folder = new();
    private Process? _process;

    public static bool IsInstalled => File.Exists(Program);

    public int Port { get; } = SyslogReceiver.FreePort();

    public IReadOnlyList<string> Lines
    {
        get
        {
            if (!File.Exists(Output))
                return [];
            using var reader = new StreamReader(new FileStream(Output, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            // One that is being written has no end yet.
            return reader.ReadToEnd().Split('\n')[..^1];
        }
    }

    private string Output => _folder.FileNamed("lines.jsonl");

    public async Task StartAsync()
    {
        await File.WriteAllTextAsync(_folder.FileNamed("rsyslog.conf"), $"""
            global(workDirectory="{_folder.Path}" maxMessageSize="64k")
            module(load="imtcp")
            input(type="imtcp" address="127.0.0.1" port="{Port}")
            template(name="line" type="string" string="%msg%\n")
            action(type="omfile" file="{Output}" template="line")
            """);
        _process = Process.Start(new ProcessStartInfo(Program, ["-n", "-f", _folder.FileNamed("rsyslog.conf"), "-i", _folder.FileNamed("pid")]) { UseShellExecute = false })!;
        await Eventually.TrueAsync(ListensAsync, _patience, () => "rsyslog listens");
    }

    public async Task StopAsync()
    {
        NativeMethods.Kill(_process!.Id, Sigterm).ShouldBe(0);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(_patience, TimeProvider.System);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }

        _folder.Dispose();
    }

    private async Task<bool> ListensAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Kill(int process, int signal);
    }
}
