namespace Tieline.Service.Http;

/// <summary>Why somebody was not let in, or not listened to. Each is counted, logged and put on record under its name.</summary>
internal enum Refusal
{
    /// <summary>A page of another site, or of another port, had a browser ask.</summary>
    Origin,

    /// <summary>Under a host name that is not ours.</summary>
    Host,

    /// <summary>A token that is none, at the API or at the sign-in.</summary>
    Token,

    /// <summary>A token that is known and may not do this.</summary>
    Role,

    /// <summary>A sign-in link that was used, has expired or never was.</summary>
    Code,

    /// <summary>Somebody whom the provider knows, and who has no role here, or an answer of the provider that proves nothing.</summary>
    Provider,

    /// <summary>As many event streams as one token may have are open.</summary>
    Streams,
}
