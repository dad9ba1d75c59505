using System.Net;
using System.Net.Sockets;

namespace Tieline.Service.Commands.Demo;

/// <summary>Finds loopback ports that nobody listens on. Another program may take one before it is used: its user then fails to start, and says so.</summary>
internal static class FreePort
{
    /// <summary>Different ports, all free at the same time.</summary>
    /// <param name="preferred">The first, when it is free; 0 for none.</param>
    public static int[] Take(int count, int preferred = 0)
    {
        var held = new List<TcpListener>();
        try
        {
            for (var i = 0; i < count; i++)
                held.Add(i == 0 && preferred != 0 && TryListen(preferred) is { } listener ? listener : TryListen(0)!);
            return [.. held.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            held.ForEach(listener => listener.Dispose());
        }
    }

    private static TcpListener? TryListen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException) when (port != 0)
        {
            listener.Dispose();
            return null;
        }
    }
}
