namespace Tieline.Delivery;

/// <summary>A header that stays the same until its secret is replaced.</summary>
internal sealed class HeaderCredentials(string header, LiveSecret secret, Func<string, string> valueOf) : Credentials
{
    private Shown? _shown;

    public override Secret Current => secret.Current;

    public override ValueTask<Credential> GetAsync(CancellationToken cancellation) => ValueTask.FromResult(new Credential(header, Value(), null));

    public override bool Refuse(Credential credential)
    {
        secret.Doubt();
        return Value() != credential.Value;
    }

    /// <summary>Made once for each secret, not for each request.</summary>
    private string Value()
    {
        var current = secret.Current;
        if (_shown is not { } shown || !ReferenceEquals(shown.Secret, current))
            _shown = shown = new Shown(current, valueOf(current.Reveal()));
        return shown.Value;
    }

    private sealed record Shown(Secret Secret, string Value);
}
