using Tieline.Delivery;
using Tieline.Service.Hosting;
using Tieline.Storage;

namespace Tieline.Service.Commands;

/// <summary>Writes secrets that only their owner may read.</summary>
internal static class SecretFiles
{
    /// <summary>The whole text or nothing, also after a power cut.</summary>
    /// <exception cref="StartupException">It cannot be written.</exception>
    public static void Write(string path, string text)
    {
        try
        {
            WholeFile.Write(path, text + "\n");
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
