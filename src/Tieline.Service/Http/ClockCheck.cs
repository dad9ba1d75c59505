using System.Globalization;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>Whether this machine's clock is Genesys's. What is asked for is shifted by the difference, so nothing is lost by it; times that people read are still wrong.</summary>
internal sealed class ClockCheck(RunningParts parts) : IReadinessCheck
{
    private static readonly TimeSpan _tolerated = TimeSpan.FromSeconds(10);

    public string Name => "clock";

    public string? Problem => null;

    public string? Note => parts.Clock?.Offset is { } offset && offset.Duration() > _tolerated
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"this machine's clock is {offset.Duration().TotalSeconds:F0} s {(offset > TimeSpan.Zero ? "behind" : "ahead of")} Genesys's: keep it by NTP (timedatectl set-ntp true). What is asked of Genesys is shifted by it")
        : null;
}
