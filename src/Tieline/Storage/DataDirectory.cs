using System.Globalization;

namespace Tieline.Storage;

/// <summary>The folder that one process owns: created 0700, locked while it is in use.</summary>
internal sealed class DataDirectory : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held, string? warning) => (Path, _lock, Warning) = (path, held, warning);

    public string Path { get; }

    /// <summary>What is doubtful about it; null when nothing is.</summary>
    public string? Warning { get; }

    /// <exception cref="StorageException">It can't be made, written or locked; the message says what to do.</exception>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            if (!Directory.Exists(path))
                Directory.CreateDirectory(path, Private);
            var mode = File.GetUnixFileMode(path);
            var warning = (mode & ~Private) == UnixFileMode.None ? null
                : $"Data directory '{path}' is open to others (mode {Convert.ToString((int)mode, 8)}); run: chmod 700 '{path}'";
            return new DataDirectory(path, Lock(path), warning);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new StorageException($"Cannot use data directory '{path}': {e.Message}", e);
        }
    }

    public string FileNamed(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _lock.Dispose();

    /// <summary>The lock is the operating system's: it is gone with the process, however that ends.</summary>
    private static FileStream Lock(string path)
    {
        var file = System.IO.Path.Combine(path, "lock");
        try
        {
            var held = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            held.SetLength(0);
            held.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            held.Flush();
            return held;
        }
        catch (IOException e)
        {
            throw new StorageException(
                $"Data directory '{path}' is in use by another Tieline{Owner(file)}. Stop that one first, or give this one a directory of its own (DataDirectory).", e);
        }
    }

    private static string Owner(string file)
    {
        // .NET's lock is advisory: the file itself can still be read, though not through another FileStream.
        var pid = TryRead(file);
        return pid.Length == 0 ? "" : $" (process {pid})";
    }

    private static string TryRead(string file)
    {
        try
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Span<byte> bytes = stackalloc byte[20];
            var text = System.Text.Encoding.ASCII.GetString(bytes[..RandomAccess.Read(handle, bytes, 0)]);
            return text.All(char.IsAsciiDigit) ? text : "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
