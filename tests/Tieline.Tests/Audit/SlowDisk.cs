using Microsoft.Extensions.Time.Testing;

namespace Tieline.Tests.Audit;

/// <summary>Each write takes so long, by the fake clock.</summary>
internal sealed class SlowDisk(FakeTimeProvider clock, TimeSpan duration)
{
    public FileStream Open(string path, FileMode mode) => new SlowStream(path, mode, clock, duration);

    private sealed class SlowStream(string path, FileMode mode, FakeTimeProvider clock, TimeSpan duration) : FileStream(path, mode, FileAccess.Write, FileShare.Read, 0)
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            clock.Advance(duration);
        }
    }
}
