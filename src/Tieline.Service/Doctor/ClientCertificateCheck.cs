using System.Security.Cryptography;
using Tieline.Delivery;

namespace Tieline.Service.Doctor;

/// <summary>Since when, and for how long still, our own certificate holds, where a destination asks for one.</summary>
internal sealed class ClientCertificateCheck(IEnumerable<DestinationOptions> destinations, TimeProvider time) : ICheck
{
    private const string Check = "client-certificate";

    public string Name => Check;

    public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Finding>>([.. destinations.Where(one => one.Tls.ClientCertificateFile is not null).Select(Look)]);

    /// <summary>Pure.</summary>
    internal static Finding Judge(string destination, DateTimeOffset from, DateTimeOffset until, DateTimeOffset now)
    {
        var seen = $"valid since {from:yyyy-MM-dd} ({(now - from).TotalDays:F0} days), until {until:yyyy-MM-dd} ({(until - now).TotalDays:F0} days)";
        const string Advice = "Have a new one issued, put it in the place of Tls:ClientCertificateFile, and restart; give the CRM the new one, or its CA, first.";
        return until <= now ? new Finding(Check, destination, Verdict.Fail, $"it has ended: {seen}", Advice)
            : until - now < DestinationLifetimes.Soon ? new Finding(Check, destination, Verdict.Warn, seen, Advice)
            : from > now ? new Finding(Check, destination, Verdict.Fail, $"it does not hold yet: from {from:yyyy-MM-dd HH:mm} UTC", "Check this machine's clock, or who issued it.")
            : new Finding(Check, destination, Verdict.Pass, seen);
    }

    private Finding Look(DestinationOptions destination)
    {
        try
        {
            using var own = TlsFiles.LoadCertificate(destination.Tls.ClientCertificateFile!, destination.Tls).TargetCertificate;
            return Judge(destination.Name, new DateTimeOffset(own.NotBefore).ToUniversalTime(), new DateTimeOffset(own.NotAfter).ToUniversalTime(), time.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return new Finding(Check, destination.Name, Verdict.Fail, $"cannot be read ({e.GetType().Name})", "Check Tls:ClientCertificateFile, its key and its password; run this as the user that runs Tieline.");
        }
    }
}
