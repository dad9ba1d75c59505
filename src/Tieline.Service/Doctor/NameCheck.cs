using System.Net;
using System.Net.Sockets;

namespace Tieline.Service.Doctor;

/// <summary>Whether the names of all hosts can be resolved here.</summary>
internal sealed class NameCheck(IReadOnlyList<Target> targets, TimeProvider time) : ICheck
{
    public string Name => "dns";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        var hosts = targets.GroupBy(target => target.Url.IdnHost, StringComparer.OrdinalIgnoreCase).Select(group => group.First());
        return await Task.WhenAll(hosts.Select(target => LookAsync(target, cancellation)));
    }

    private async Task<Finding> LookAsync(Target target, CancellationToken cancellation)
    {
        var host = target.Url.IdnHost;
        if (target.IsAddress)
            return new Finding(Name, host, Verdict.Skip, "is an address, or this machine");
        if (target.Proxy is { } proxy)
            return new Finding(Name, host, Verdict.Skip, $"the proxy {proxy} resolves it");
        var started = time.GetTimestamp();
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
            var took = time.GetElapsedTime(started);
            return new Finding(Name, host, Verdict.Pass, $"{string.Join(", ", addresses.Take(3).Select(address => address.ToString()))}{(addresses.Length > 3 ? ", …" : "")} in {took.TotalMilliseconds:F0} ms");
        }
        catch (SocketException e)
        {
            return new Finding(Name, host, Verdict.Fail, $"cannot be resolved ({e.SocketErrorCode})", $"Check the spelling of the address of {target.UsedFor}, and this machine's DNS (/etc/resolv.conf).");
        }
    }
}
