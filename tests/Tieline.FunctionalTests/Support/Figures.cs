namespace Tieline.FunctionalTests.Support;

/// <summary>What a test measured, for whoever reads its output: passing says that a limit was kept, this by how much.</summary>
internal static class Figures
{
    public static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
