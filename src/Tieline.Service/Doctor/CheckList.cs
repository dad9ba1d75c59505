using Tieline.Genesys;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;

namespace Tieline.Service.Doctor;

/// <summary>What the doctor looks at.</summary>
internal static class CheckList
{
    /// <summary>From the near to the far and back: who mends them in this order seldom mends in vain.</summary>
    public static IReadOnlyList<ICheck> Of(LoadedConfiguration loaded, GenesysAccess genesys, string workingDirectory, TimeProvider time)
    {
        var targets = Target.Of(loaded.Options);
        var probe = new HostProbe(targets, time);
        var folder = new DataFolder(Path.GetFullPath(loaded.Options.DataDirectory, workingDirectory));
        return
        [
            new ConfigurationCheck(loaded),
            new PermissionCheck(folder, loaded.SecretFiles),
            new LimitsCheck(loaded.Options, ProcessLimits.Read),
            new DiskSpaceCheck(folder, DiskSpaceCheck.FreeBelow),
            new FlushCheck(folder, time),
            new NameCheck(targets, time),
            new TlsCheck(probe, time),
            new ClientCertificateCheck(loaded.Options.Destinations, time),
            new ClockCheck(probe),
            new TokenCheck(genesys),
            new DetailsCheck(genesys),
            .. loaded.Options.Genesys.Source == GenesysSource.Notifications ? (ICheck[])[new QueuesCheck(genesys), new ChannelCheck(genesys)] : [new StreamCheck(genesys)],
            new DestinationCheck(probe, [.. targets.TakeLast(loaded.Options.Destinations.Count)]),
            new ForwardCheck(loaded.Options.Audit.Forward, time),
            .. loaded.Options.Http.Oidc.IsOn ? (ICheck[])[new OidcCheck(loaded.Options.Http, time)] : [],
        ];
    }
}
