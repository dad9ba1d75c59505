using Tieline.Service.Configuration;
using Tieline.Storage;

namespace Tieline.Service.Doctor;

/// <summary>Whether anyone else on this machine can read what is in the data directory, and the files that hold secrets.</summary>
internal sealed class PermissionCheck(DataFolder folder, IReadOnlyList<SecretFile> secrets) : ICheck
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const UnixFileMode OthersRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public string Name => "permissions";

    public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Finding>>(
    [
        folder.Exists
            ? Trust() ?? Look(folder.Path, folder.Path, Others, "700", "keys and journal are in it")
            : new Finding(Name, folder.Path, Verdict.Skip, "is made at the first start, for its user alone"),
        .. secrets.DistinctBy(secret => (secret.Key, secret.Path)).Select(secret => Look($"{secret.Path} ({secret.Key})", secret.Path, OthersRead, "600", "it holds a secret")),
    ]);

    /// <summary>What a start would refuse.</summary>
    private Finding? Trust()
    {
        try
        {
            return FolderTrust.Find(folder.Path, FileFacts.ThisUser) is { } problem ? new Finding(Name, folder.Path, Verdict.Fail, problem, "Do what it says; until then Tieline does not start.") : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the look at its mode tells
        }
    }

    private Finding Look(string subject, string path, UnixFileMode tooMuch, string mode, string why)
    {
        try
        {
            var has = File.GetUnixFileMode(path);
            var seen = $"mode {Convert.ToString((int)has, 8)}";
            return (has & tooMuch) == UnixFileMode.None
                ? new Finding(Name, subject, Verdict.Pass, seen)
                : new Finding(Name, subject, Verdict.Warn, $"{seen}: open to others, and {why}", $"chmod {mode} '{path}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Finding(Name, subject, Verdict.Fail, $"cannot be looked at ({e.GetType().Name})", "Run this as the user that runs Tieline.");
        }
    }
}
