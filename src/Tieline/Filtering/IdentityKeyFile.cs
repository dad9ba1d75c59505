using System.Security.Cryptography;

namespace Tieline.Filtering;

/// <summary>The key that identities are hashed under, where none is configured: made once, kept beside the journal.</summary>
internal static class IdentityKeyFile
{
    private const string FileName = "identity.key";
    private const int Bytes = 32;

    /// <summary>Reads it, or makes it: 32 random bytes, mode 0600.</summary>
    /// <param name="keys">The folder of keys; created 0700 where it is missing.</param>
    /// <exception cref="IOException">It can be neither read nor made; or it is there and is not 32 bytes long.</exception>
    public static byte[] Open(string keys)
    {
        Directory.CreateDirectory(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(keys, FileName);
        if (!File.Exists(path))
            Make(path);
        var key = File.ReadAllBytes(path);
        return key.Length == Bytes
            ? key
            : throw new IOException($"'{path}' should hold {Bytes} bytes and holds {key.Length}. Put it back from a copy; with another key a person's hash would change.");
    }

    /// <summary>Whole or not at all: written aside, synced, then renamed.</summary>
    private static void Make(string path)
    {
        var aside = path + ".new";
        using (var file = new FileStream(aside, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(RandomNumberGenerator.GetBytes(Bytes));
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }
}
