using System.Text;
using Tieline.Service.Configuration;
using Tieline.Service.Http;
using Tieline.Storage;

namespace Tieline.Service.Hosting;

/// <summary>Where a running Tieline answers, for the commands that talk to it: noted in the data directory, since a port may have been chosen at the start.</summary>
internal static class ServiceAddress
{
    public const string FileName = "console-url";

    /// <param name="directory">The data directory, which this process holds.</param>
    public static void Write(string directory, Uri address)
    {
        using var file = new FileStream(Path.Combine(directory, FileName), OwnerOnly.Opening(FileMode.Create, FileAccess.Write, FileShare.Read));
        file.Write(Encoding.ASCII.GetBytes(address.GetLeftPart(UriPartial.Authority) + "\n"));
    }

    /// <returns>What was noted; else what <c>Http:Listen</c> says.</returns>
    public static Uri Find(string directory, HttpOptions options)
    {
        try
        {
            if (Uri.TryCreate(File.ReadAllText(Path.Combine(directory, FileName)).Trim(), UriKind.Absolute, out var noted) && noted.Scheme == Uri.UriSchemeHttp)
                return noted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not noted yet: it is just starting.
        }

        return ListenAddress.TryParse(options.Listen, out var listen)
            ? new UriBuilder(Uri.UriSchemeHttp, HostOf(listen), listen.Port).Uri
            : throw new StartupException($"Http:Listen: must be http://address:port, was '{options.Listen}'.");
    }

    /// <summary>The name to ask under: one that the service allows.</summary>
    public static string HostHeader(Uri address, HttpOptions options)
    {
        var allowed = options.AllowedHosts;
        var host = allowed.Count == 0 || allowed.Contains("*") || allowed.Contains(address.Host, StringComparer.OrdinalIgnoreCase) ? address.Host : allowed[0];
        return $"{host}:{address.Port}";
    }

    private static string HostOf(ListenAddress listen) => listen.Address switch
    {
        null => "localhost",
        var ip when ip.Equals(System.Net.IPAddress.IPv6Any) || ip.Equals(System.Net.IPAddress.Any) => "127.0.0.1",
        var ip when ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 => $"[{ip}]",
        var ip => ip.ToString(),
    };
}
