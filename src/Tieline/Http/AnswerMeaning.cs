namespace Tieline.Http;

/// <summary>What an answer means.</summary>
internal enum AnswerMeaning
{
    /// <summary>The destination has the event.</summary>
    Accepted,

    /// <summary>Whether it has it is not known: it is asked once more, and what is then answered decides.</summary>
    AskOnceMore,

    /// <summary>The same request is under way there: again, later. The destination is well.</summary>
    InProgress,

    /// <summary>This event will never be taken: a dead letter.</summary>
    Rejected,

    /// <summary>A person must change something. Asked again at long intervals.</summary>
    Misconfigured,

    /// <summary>Slower.</summary>
    Throttled,

    /// <summary>Somebody else answered, in HTML. As <see cref="ServerFailed"/>.</summary>
    HtmlPage,

    /// <summary>A gateway saw no answer, so that the attempt may still be under way. As <see cref="ServerFailed"/>.</summary>
    GatewayFailed,

    /// <summary>Again, later.</summary>
    ServerFailed,

    /// <summary>The body has what was asked for.</summary>
    Read,

    /// <summary>Asked again at once with a fresh token.</summary>
    FreshToken,

    /// <summary>What was asked about is no more.</summary>
    Gone,
}
