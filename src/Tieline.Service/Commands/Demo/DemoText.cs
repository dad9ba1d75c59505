namespace Tieline.Service.Commands.Demo;

/// <summary>What the demo says at its start and its end. Pure.</summary>
internal static class DemoText
{
    public static IEnumerable<string> Introduction(DemoSite site, DemoChildren children, DemoOptions options, string? link) =>
    [
        "",
        $"  simulator     pid {children.Simulator.Pid,-8} {Url(site.SimulatorUrl)}  {options.Rate:N0} events/s, a fifth of them for the CRM",
        $"  Tieline       pid {children.Tieline.Pid,-8} {Url(site.TielineUrl)}/metrics",
        $"    its console              {link}  <- open it in a browser; it works once",
        $"  CRM receiver  pid {children.Crm.Pid,-8} {Url(site.CrmUrl)}  <- and this one",
        $"  data          {site.Root}{(site.IsKept ? "" : "  (removed at the end; --keep leaves it)")}",
        "",
        $"Try to lose an event:  kill -9 {children.Tieline.Pid}   (or another of the three: each is started again)",
        "",
    ];

    public static IReadOnlyList<string> RealOrg { get; } =
    [
        "",
        "To connect a real Genesys Cloud org, give these four and start it:",
        "",
        "  export GENESYS_CLIENT_ID=…                        # an OAuth client, grant type Client Credentials",
        "  export GENESYS_CLIENT_SECRET=…                    # its secret",
        "  export TIELINE_Genesys__Region=mypurecloud.com    # where the org lives: mypurecloud.de, eu-central-1, …",
        "  export CRM_WEBHOOK_URL=https://…                  # where the CRM takes events; samples/crm-receiver shows how",
        "  tieline run",
    ];

    private static string Url(Uri url) => url.ToString().TrimEnd('/');
}
