using System.Security.Cryptography;
using Tieline.Journal;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>The tokens that let somebody in: the two of the data directory, and those that people made. A change holds at once, for requests and for open sessions.</summary>
internal sealed class AccessTokens
{
    public const string ViewerFileName = "console-viewer-token";

    private readonly SqliteJournal? _journal;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<AccessToken> _own;
    private readonly Lock _reading = new();
    private volatile IReadOnlyList<NamedToken> _named = [];
    private volatile IReadOnlyList<AccessToken> _all;

    private AccessTokens(AccessToken @operator, AccessToken viewer, SqliteJournal? journal, TimeProvider time)
    {
        (Operator, Viewer, _journal, _time) = (@operator, viewer, journal, time);
        _all = _own = [Operator, Viewer];
    }

    /// <summary>The first operator's token, in <see cref="ConsoleToken.FileName"/>.</summary>
    public AccessToken Operator { get; }

    /// <summary>That in <see cref="ViewerFileName"/>.</summary>
    public AccessToken Viewer { get; }

    /// <summary>Those that people made and nobody has revoked, by name; those that have expired too.</summary>
    public IReadOnlyList<NamedToken> Named => _named;

    /// <summary>Reads them, and makes those of the data directory that are not there.</summary>
    /// <param name="directory">The data directory, which this process holds.</param>
    public static AccessTokens Open(string directory, SqliteJournal? journal, TimeProvider time)
    {
        var tokens = new AccessTokens(
            ConsoleToken.Open(directory).As(ConsoleToken.FileName, AccessRoles.Operator), ConsoleToken.Open(directory, ViewerFileName).As(ViewerFileName, AccessRoles.Viewer), journal, time);
        tokens.Read();
        return tokens;
    }

    /// <summary>Tokens that stand in no file: nobody has them.</summary>
    public static AccessTokens None(TimeProvider time) => new(
        ConsoleToken.OfNobody().As(ConsoleToken.FileName, AccessRoles.Operator), ConsoleToken.OfNobody().As(ViewerFileName, AccessRoles.Viewer), null, time);

    /// <summary>Takes the same time for any text: it is held against every token.</summary>
    /// <returns>Null: none of them, or one that has expired.</returns>
    public AccessToken? Find(string given)
    {
        var hash = AccessToken.HashOf(given);
        AccessToken? found = null;
        foreach (var token in _all)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, token.Hash))
                found = token;
        }

        return found?.Holds(_time.GetUtcNow()) == true ? found : null;
    }

    /// <returns>The token that has this mark; null where none has, or it has expired.</returns>
    public AccessToken? OfMark(string? mark) => _all.FirstOrDefault(token => token.Mark == mark) is { } found && found.Holds(_time.GetUtcNow()) ? found : null;

    /// <summary>Makes a token, which holds at once.</summary>
    /// <param name="by">Who asked, as the audit log names them.</param>
    /// <returns>Its text, which nobody can find out again; null where there is one of that name.</returns>
    public async Task<string?> CreateAsync(string name, string role, DateTimeOffset? expiresAt, string by, CancellationToken cancellation)
    {
        var (text, token) = TokenMaker.Make(name, role, expiresAt, by, _time.GetUtcNow());
        return await ChangeAsync(journal => journal.AddTokenAsync(token, cancellation), cancellation) ? text : null;
    }

    /// <summary>A token is worth nothing from now on; sessions that began with it are over.</summary>
    /// <inheritdoc cref="CreateAsync"/>
    /// <returns>False where there is none of that name.</returns>
    public Task<bool> RevokeAsync(string name, string by, CancellationToken cancellation) => ChangeAsync(journal => journal.RevokeTokenAsync(name, by, cancellation), cancellation);

    private async Task<bool> ChangeAsync(Func<SqliteJournal, Task<bool>> change, CancellationToken cancellation)
    {
        var journal = _journal ?? throw new InvalidOperationException("Tokens cannot be changed until the next start: the log says why.");
        try
        {
            return await change(journal);
        }
        finally
        {
            // Also where whoever asked has left: what the journal has is what holds.
            Read();
        }
    }

    /// <summary>One at a time: whoever reads last has read the newest.</summary>
    private void Read()
    {
        lock (_reading)
            (_named, _all) = Read(_journal?.Read(reader => reader.ReadTokens()) ?? []);
    }

    private (IReadOnlyList<NamedToken> Named, IReadOnlyList<AccessToken> All) Read(IReadOnlyList<NamedToken> named) => (named,
        [
            .. _own,
            .. named.Where(token => AccessRoles.All.Contains(token.Role) && token.Hash.Length == 64 && token.Hash.All(char.IsAsciiHexDigit))
                .Select(token => new AccessToken(token.Name, token.Role, Convert.FromHexString(token.Hash), token.ExpiresAt)),
        ]);
}
