using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

public sealed class GenesysRegionsTests
{
    [Fact]
    public void Domains_EachRegion_StandsThereOnce() => GenesysRegions.Domains.ShouldBeUnique();
}
