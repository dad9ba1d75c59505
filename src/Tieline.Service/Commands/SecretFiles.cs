using Tieline.Audit;
using Tieline.Delivery;
using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

/// <summary>Writes secrets that only their owner may read.</summary>
internal static class SecretFiles
{
    private const string Unfinished = ".new";

    /// <summary>The whole text or nothing, also after a power cut.</summary>
    /// <exception cref="StartupException">It cannot be written.</exception>
    public static void Write(string path, string text)
    {
        var unfinished = path + Unfinished;
        try
        {
            File.Delete(unfinished);
            using (var stream = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                stream.Write(System.Text.Encoding.ASCII.GetBytes(text + "\n"));
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
            AuditDisk.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Cannot write '{path}': {e.Message}", e);
        }
    }

    /// <summary>What the CRM needs: the public key on stdout; a shared secret only as the name of its file, since a terminal remembers.</summary>
    public static void Tell(CommandContext context, SigningKey key, string path)
    {
        if (key.Algorithm == SigningAlgorithm.V1a)
        {
            context.Output.WriteLine(key.ForReceiver);
            context.Error.WriteLine($"The new private key is in {path}; the public key above is what the CRM verifies with.");
        }
        else
        {
            context.Error.WriteLine($"The new secret is in {path} (0600): the CRM verifies with the same.");
        }
    }
}
