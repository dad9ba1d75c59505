using Tieline.Genesys;

namespace Tieline.Service.Doctor;

/// <summary>Whether Genesys takes the client credentials.</summary>
internal sealed class TokenCheck(GenesysAccess genesys) : ICheck
{
    /// <summary>A shorter life means a new token, and with the stream a new socket, every few minutes.</summary>
    private static readonly TimeSpan _short = TimeSpan.FromMinutes(5);

    public string Name => "token";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation) =>
    [
        await genesys.TokenAsync(cancellation) switch
        {
            TokenOutcome.Granted granted => Look(granted),
            TokenOutcome.Refused refused => Finding.Of(Name, null, Verdict.Fail, refused.Reason, "Check Genesys:ClientId and Genesys:ClientSecret."),
            TokenOutcome.Unavailable unavailable => Finding.Of(Name, null, Verdict.Fail, unavailable.Reason, "Try again in a while; if it stays so, check Genesys:Region and what lies between."),
            var other => throw new InvalidOperationException($"Unknown token outcome {other.GetType().Name}"),
        },
    ];

    private Finding Look(TokenOutcome.Granted granted)
    {
        var life = granted.ExpiresAt - genesys.Time.GetUtcNow();
        var seen = $"granted by {genesys.Endpoints.Token.Host} for {(life.TotalHours >= 1 ? $"{life.TotalHours:F1} h" : $"{life.TotalMinutes:F1} min")}";
        return life < _short
            ? new Finding(Name, null, Verdict.Warn, seen, "Set a longer token duration for the OAuth client (Admin > Integrations > OAuth); Genesys's own least is 5 minutes.")
            : new Finding(Name, null, Verdict.Pass, seen);
    }
}
