namespace Tieline.Simulator.World;

/// <summary>SplitMix64: a seeded source of chance whose numbers never change with the runtime, so a seed in a bug report stays good.</summary>
internal sealed class Dice(int seed)
{
    // Mixed, so that neighbouring seeds do not walk the same numbers one step apart.
    private ulong _state = Mix((ulong)(uint)seed + 0x1234567UL);

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15UL);

    /// <summary>Spreads each bit of a number over all of them.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <returns>In [0, below).</returns>
    public int Below(int below) => (int)(((Next() >> 32) * (ulong)below) >> 32);

    /// <returns>In [0, 1).</returns>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Unit() < probability;

    /// <summary>Rounds so that the mean over many calls is <paramref name="value"/>.</summary>
    public int Round(double value) => (int)Math.Floor(value + Unit());

    public T Of<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>A version 4 UUID.</summary>
    public Guid Uuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, Next());
        BitConverter.TryWriteBytes(bytes[8..], Next());
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
