using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Tieline.Audit;

/// <summary>A link of the chain: SHA-256 over a line. As text 64 lower-case hex digits; <c>default</c> is what the first line of all follows.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AuditHash(UInt128 High, UInt128 Low)
{
    public const int HexLength = 64;

    public static AuditHash Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Read(hash);
    }

    /// <summary>False for anything but 64 lower-case hex digits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> hex, out AuditHash hash)
    {
        hash = default;
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        if (hex.Length != HexLength || hex.IndexOfAnyInRange((byte)'A', (byte)'Z') >= 0
            || Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        hash = Read(bytes);
        return true;
    }

    /// <param name="utf8">At least <see cref="HexLength"/> long.</param>
    public void WriteHex(Span<byte> utf8)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        Write(bytes);
        Convert.TryToHexStringLower(bytes, utf8, out _);
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static AuditHash Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));

    private void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], Low);
    }
}
