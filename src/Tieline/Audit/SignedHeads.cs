using System.Security.Cryptography;
using System.Text;

namespace Tieline.Audit;

/// <summary>The checkpoints beside a log, read and checked by themselves; <see cref="AuditVerification"/> holds them against the log.</summary>
internal sealed class SignedHeads
{
    public const string FileName = "checkpoints.jsonl";
    public const string KeyFileName = "public-key.pem";

    private SignedHeads(IReadOnlyList<SignedHead> all, bool isTorn, AuditFault? fault)
    {
        All = all;
        IsTorn = isTorn;
        Fault = fault;
    }

    /// <summary>In order, up to the first that cannot be read.</summary>
    public IReadOnlyList<SignedHead> All { get; }

    /// <summary>The last one was cut short by a crash, or is being written.</summary>
    public bool IsTorn { get; }

    /// <summary>The first line that is no checkpoint.</summary>
    public AuditFault? Fault { get; }

    public static SignedHeads Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        var all = new List<SignedHead>();
        if (!File.Exists(path))
            return new SignedHeads(all, isTorn: false, null);
        using var lines = new LineReader(path);
        try
        {
            while (lines.TryRead(out var line))
            {
                var head = SignedHead.Parse(line, lines.Lines);
                CheckLink(head, all.Count > 0 ? all[^1] : null);
                if (all.Count > 0 && IsBefore(head, all[^1]))
                    throw new FormatException("signs an earlier line than the checkpoint before it");
                all.Add(head);
            }

            if (!TornLine.IsPlausible(lines.Rest))
                return new SignedHeads(all, isTorn: false, new AuditFault(FileName, lines.Lines + 1, "was changed: it does not end as a line does"));
            return new SignedHeads(all, lines.Rest.Length > 0, null);
        }
        catch (FormatException e)
        {
            return new SignedHeads(all, isTorn: false, new AuditFault(FileName, lines.Lines, e.Message));
        }
    }

    /// <summary>The newest checkpoint whose signature holds against the public key beside it; null without one.</summary>
    public static SignedHead? Newest(string directory)
    {
        try
        {
            using var key = ReadKey(Path.Combine(directory, KeyFileName));
            return Read(directory).All is [.., var last] && key.VerifyData(last.Signed, last.Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation) ? last : null;
        }
#pragma warning disable CA1031 // whatever the library says of a damaged key, there is no newest checkpoint
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    /// <summary>Checks the key and every signature. Takes about a tenth of a millisecond for each.</summary>
    /// <param name="pinned">The id that the key must have; null: any. With one, at least one checkpoint must be signed.</param>
    public AuditFault? FirstBadSignature(string directory, string? pinned, CancellationToken cancellation)
    {
        if (All.Count == 0 && pinned is null)
            return null;
        try
        {
            using var key = ReadKey(Path.Combine(directory, KeyFileName));
            var id = AuditKey.IdOf(key);
            if (pinned is not null && id != pinned)
                return new AuditFault(KeyFileName, 0, $"is key {id}, not {pinned}, which was given");
            if (All.Count == 0)
                return new AuditFault(FileName, 0, $"has no checkpoint, and one that is signed with key {pinned} must be there");
            return FirstBadSignature(key, id, cancellation);
        }
        catch (OperationCanceledException)
        {
            throw;
        }
#pragma warning disable CA1031 // a damaged key may be anything to the library: each of its exceptions says that nothing can be checked with it
        catch (Exception e) when (e is not UnauthorizedAccessException)
#pragma warning restore CA1031
        {
            return new AuditFault(KeyFileName, 0, $"cannot be used, so no checkpoint can be checked: {e.Message}");
        }
    }

    private AuditFault? FirstBadSignature(ECDsa key, string id, CancellationToken cancellation)
    {
        foreach (var head in All)
        {
            cancellation.ThrowIfCancellationRequested();
            if (head.Key != id)
                return new AuditFault(FileName, head.Number, $"is signed with key {head.Key}, not with {KeyFileName}'s {id}");
            if (!key.VerifyData(head.Signed, head.Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
                return new AuditFault(FileName, head.Number, "was changed: its signature does not match its bytes");
        }

        return null;
    }

    /// <summary>Only the exact bytes that Tieline writes: another spelling of the same key was changed by somebody.</summary>
    private static ECDsa ReadKey(string path)
    {
        var text = File.ReadAllText(path, Encoding.Latin1);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid?.Value != ECCurve.NamedCurves.nistP256.Oid.Value)
                throw new CryptographicException("It is no key of the curve P-256.");
            if (key.ExportSubjectPublicKeyInfoPem() + "\n" != text)
                throw new CryptographicException("It is not written as Tieline writes it.");
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static void CheckLink(SignedHead head, SignedHead? before)
    {
        if (head.Link is not { } link)
        {
            if (before?.Link is not null)
                throw new FormatException("has no number, though the checkpoint before it has one");
            return;
        }

        if (link.Number != head.Number)
            throw new FormatException($"has number {link.Number} where {head.Number} belongs: checkpoints were removed, or a line was inserted");
        if (link.Previous != (before?.Hash ?? default))
            throw new FormatException("does not follow the checkpoint before it, which is another one");
    }

    private static bool IsBefore(SignedHead head, SignedHead other) =>
        head.File == other.File ? head.Lines < other.Lines : head.File.Day == other.File.Day ? head.File.Number < other.File.Number : head.File.Day < other.File.Day;
}
