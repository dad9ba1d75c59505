namespace Tieline.Http;

/// <summary>What an answer has besides its status.</summary>
[Flags]
internal enum AnswerSigns
{
    None = 0,

    /// <summary>A <c>Retry-After</c> that can be read.</summary>
    RetryAfter = 1,

    /// <summary>A body that says that the same request is under way: <see cref="InProgress"/>.</summary>
    InProgress = 2,

    /// <summary>JSON was sent, and a page for people came: <see cref="HtmlPage"/>.</summary>
    Html = 4,

    /// <summary>An attempt before it ended without an answer, so that it may still be under way.</summary>
    AfterUnseen = 8,

    /// <summary>The body is not what was asked for.</summary>
    Unreadable = 16,

    /// <summary>The second in a row, with a fresh token.</summary>
    Again = 32,

    /// <summary>The body of a success tells of a failure, in the words of a CRM.</summary>
    FailureInside = 64,
}
