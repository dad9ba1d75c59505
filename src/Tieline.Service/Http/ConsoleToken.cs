using System.Security.Cryptography;
using Tieline.Service.Hosting;
using Tieline.Storage;

namespace Tieline.Service.Http;

/// <summary>What the admin API and the console ask for: 256 random bits in a file that only its owner can read. Whoever can read the data directory may use them.</summary>
internal sealed class ConsoleToken
{
    public const string FileName = "console-token";

    private const int Bytes = 32;

    private readonly byte[] _hash;

    private ConsoleToken(string text) => _hash = AccessToken.HashOf(text);

    /// <summary>Reads it, and makes one where there is none.</summary>
    /// <param name="directory">The data directory, which this process holds.</param>
    public static ConsoleToken Open(string directory, string name = FileName)
    {
        var path = Path.Combine(directory, name);
        if (TryRead(directory, name) is { } known)
        {
            OwnerOnly.Restrict(path);
            return new ConsoleToken(known);
        }

        var made = Make();
        // Whole: half a token would be one that can be guessed.
        WholeFile.Write(path, made + "\n");
        return new ConsoleToken(made);
    }

    /// <summary>It stands nowhere, so nobody can give it.</summary>
    public static ConsoleToken OfNobody() => new(Make());

    /// <returns>Null where there is none, or what is there is none.</returns>
    /// <exception cref="StartupException">It is there and cannot be read.</exception>
    public static string? TryRead(string directory, string name = FileName)
    {
        var path = Path.Combine(directory, name);
        try
        {
            var text = File.Exists(path) ? File.ReadAllText(path).Trim() : "";
            return text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigitLower) ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Cannot read '{path}': {e.Message}", e);
        }
    }

    public AccessToken As(string name, string role) => new(name, role, _hash);

    private static string Make() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
}
