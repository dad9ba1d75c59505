using System.Security.Cryptography;

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
            using var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(Path.Combine(directory, KeyFileName)));
            return Read(directory).All is [.., var last] && key.VerifyData(last.Signed, last.Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation) ? last : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Checks every signature. Takes about a tenth of a millisecond for each.</summary>
    public AuditFault? FirstBadSignature(string directory, CancellationToken cancellation)
    {
        if (All.Count == 0)
            return null;
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(Path.Combine(directory, KeyFileName)));
        }
        catch (Exception e) when (e is IOException or ArgumentException or CryptographicException)
        {
            return new AuditFault(KeyFileName, 0, $"cannot be read, so no checkpoint can be checked: {e.Message}");
        }

        var id = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];
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

    private static bool IsBefore(SignedHead head, SignedHead other) =>
        head.File == other.File ? head.Lines < other.Lines : head.File.Day == other.File.Day ? head.File.Number < other.File.Number : head.File.Day < other.File.Day;
}
