namespace Tieline.Genesys;

/// <summary>Genesys Cloud's regions: an organisation lives in exactly one, and its domain gives every host name.</summary>
internal static class GenesysRegions
{
    private static readonly (string Aws, string Domain)[] _regions =
    [
        ("us-east-1", "mypurecloud.com"),
        ("us-west-2", "usw2.pure.cloud"),
        ("us-east-2", "use2.us-gov-pure.cloud"),
        ("ca-central-1", "cac1.pure.cloud"),
        ("sa-east-1", "sae1.pure.cloud"),
        ("mx-central-1", "mxc1.pure.cloud"),
        ("eu-west-1", "mypurecloud.ie"),
        ("eu-west-2", "euw2.pure.cloud"),
        ("eu-central-1", "mypurecloud.de"),
        ("eu-central-2", "euc2.pure.cloud"),
        ("eusc-de-east-1", "edee1.eusc-pure.cloud"),
        ("ap-northeast-1", "mypurecloud.jp"),
        ("ap-northeast-2", "apne2.pure.cloud"),
        ("ap-northeast-3", "apne3.pure.cloud"),
        ("ap-southeast-1", "apse1.pure.cloud"),
        ("ap-southeast-2", "mypurecloud.com.au"),
        ("ap-south-1", "aps1.pure.cloud"),
        ("me-central-1", "mec1.pure.cloud"),
    ];

    public static IEnumerable<string> Domains => _regions.Select(region => region.Domain);

    /// <param name="region">A domain or an AWS region's name, in any case.</param>
    /// <returns>The domain; null for a region that Genesys does not have.</returns>
    public static string? DomainOf(string region) =>
        Array.Find(_regions, known => Is(known.Domain, region) || Is(known.Aws, region)).Domain;

    private static bool Is(string known, string given) => string.Equals(known, given.Trim(), StringComparison.OrdinalIgnoreCase);
}
