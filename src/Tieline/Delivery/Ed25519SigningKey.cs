using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Tieline.Delivery;

/// <summary><c>v1a</c>: Ed25519 (RFC 8032).</summary>
internal sealed class Ed25519SigningKey : SigningKey
{
    public const int SeedBytes = 32;

    /// <summary>The private key (seed) with its public key behind it, as other senders write it.</summary>
    public const int PairBytes = 64;

    private readonly byte[] _seed;
    private readonly byte[] _public;

    private Ed25519SigningKey(string text, byte[] seed, byte[] publicKey)
        : base(text) => (_seed, _public) = (seed, publicKey);

    public override SigningAlgorithm Algorithm => SigningAlgorithm.V1a;

    public override string ForReceiver => PublicText(_public);

    /// <returns>Null where a pair's halves do not belong together: to sign with such a pair would give the private key away.</returns>
    public static Ed25519SigningKey? TryCreate(string text, byte[] key)
    {
        var seed = key[..SeedBytes];
        var publicKey = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(seed, publicKey);
        return key.Length == PairBytes && !key.AsSpan(SeedBytes).SequenceEqual(publicKey) ? null : new Ed25519SigningKey(text, seed, publicKey);
    }

    public static byte[] NewPair()
    {
        var pair = new byte[PairBytes];
        RandomNumberGenerator.Fill(pair.AsSpan(0, SeedBytes));
        Ed25519.GeneratePublicKey(pair.AsSpan(0, SeedBytes), pair.AsSpan(SeedBytes));
        return pair;
    }

    public override string Sign(ReadOnlySpan<byte> content)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureSize];
        // As a span: an array in the second place would be taken for Ed25519ctx's context.
        Ed25519.Sign(_seed, _public.AsSpan(), content, signature);
        return "v1a," + Convert.ToBase64String(signature);
    }
}
