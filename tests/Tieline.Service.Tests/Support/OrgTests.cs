namespace Tieline.Service.Tests.Support;

/// <summary>Tests of commands beside a <see cref="FakeOrg"/>, in a sandbox that is set up for it.</summary>
public abstract class OrgTests : IAsyncLifetime
{
    private protected FakeOrg Org { get; private set; } = null!;

    private protected Sandbox Sandbox { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Org = await FakeOrg.StartAsync();
        Sandbox = RunningTieline.Sandbox(Org);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Sandbox.Dispose();
        await Org.DisposeAsync();
    }
}
