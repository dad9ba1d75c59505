using System.Security.Cryptography;
using System.Text;

namespace Tieline.Service.Http;

/// <summary>A token that lets its holder in, as it is known here: by its hash.</summary>
/// <param name="Name">Of a named token; of one in the data directory the name of its file.</param>
/// <param name="Role">One of <see cref="AccessRoles"/>.</param>
/// <param name="Hash">SHA-256 of its text.</param>
/// <param name="ExpiresAt">From then on it is worth nothing; null: it does not expire.</param>
internal sealed record AccessToken(string Name, string Role, byte[] Hash, DateTimeOffset? ExpiresAt = null)
{
    private const string Prefix = "token:";

    /// <summary>Tells this token from any other, and gives nothing away of it.</summary>
    public string Mark { get; } = Convert.ToHexStringLower(SHA256.HashData(Hash));

    /// <summary>Whoever gave it to the API, as the audit log names them. No named token, and nobody from the provider, can be named like the token in <c>console-token</c>.</summary>
    public string ByApi => IsFirst ? "api" : Prefix + Name;

    /// <summary>Likewise in the console.</summary>
    public string ByConsole => IsFirst ? "console" : Prefix + Name;

    private bool IsFirst => Name == ConsoleToken.FileName;

    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    public bool Holds(DateTimeOffset now) => ExpiresAt is not { } end || now < end;
}
