using System.Globalization;

namespace Tieline.FunctionalTests.Support;

/// <summary>What chance starts from in a test: another number each time, said when the test fails; TIELINE_TEST_SEED gives it again.</summary>
internal static class Seed
{
    public static int Next() => int.TryParse(Environment.GetEnvironmentVariable("TIELINE_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
        ? given
        : (int)(TimeProvider.System.GetTimestamp() & 0x7FFFFFFF);
}
