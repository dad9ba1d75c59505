namespace Tieline.Tests.Genesys;

/// <summary>How long a test waits for a signal before it fails. Never how long it takes.</summary>
internal static class Patience
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    /// <summary>For what gives no signal.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        condition().ShouldBeTrue();
    }
}
