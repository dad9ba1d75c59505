using System.Buffers.Binary;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>Chance that belongs to one conversation: the same question gets the same answer whenever it is asked, so a record asked for twice is the same.</summary>
internal readonly struct Traits(Guid conversation)
{
    private const int MostLegs = 64;
    private readonly ulong _seed = Seed(conversation);

    /// <returns>In [0, below).</returns>
    public int Below(Trait trait, int below, int leg = 0) => (int)(((Number(trait, leg) >> 32) * (ulong)below) >> 32);

    public bool Chance(Trait trait, double probability, int leg = 0) => (Number(trait, leg) >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>A version 4 UUID.</summary>
    public string Uuid(Trait trait, int leg = 0)
    {
        Span<byte> bytes = stackalloc byte[16];
        var number = Number(trait, leg);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Dice.Mix(number + 1));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private static ulong Seed(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return Dice.Mix(BinaryPrimitives.ReadUInt64LittleEndian(bytes)) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
    }

    private ulong Number(Trait trait, int leg) => Dice.Mix(_seed + ((ulong)(((int)trait * MostLegs) + leg + 1) * 0x9E3779B97F4A7C15UL));
}
