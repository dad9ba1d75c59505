using System.Net;
using System.Net.Sockets;
using Tieline.Service.Commands.Demo;

namespace Tieline.Service.Tests.Commands.Demo;

public class FreePortTests
{
    [Fact]
    public void Ports_differ_and_the_preferred_one_is_taken_when_it_is_free()
    {
        var preferred = FreePort.Take(1)[0];

        var ports = FreePort.Take(4, preferred);

        ports[0].ShouldBe(preferred);
        ports.ShouldBeUnique();
    }

    [Fact]
    public void Another_one_is_taken_when_the_preferred_one_is_in_use()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var used = ((IPEndPoint)listener.LocalEndpoint).Port;

        FreePort.Take(1, used)[0].ShouldNotBe(used);
    }
}
