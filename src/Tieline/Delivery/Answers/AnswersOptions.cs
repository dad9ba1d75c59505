namespace Tieline.Delivery;

/// <summary><c>Destinations:*:Answers</c>: what is kept of the answers that refuse an event.</summary>
internal sealed class AnswersOptions
{
    /// <summary>What the journal, the API and the console get. Decisions are made from the whole answer either way.</summary>
    /// <value><c>Codes</c></value>
    public AnswerKeep Keep { get; set; } = AnswerKeep.Codes;
}

/// <summary>How much of an answer is kept.</summary>
internal enum AnswerKeep
{
    /// <summary>Content type, length and the error codes that <see cref="AnswerCodes"/> recognises: no text of the destination's own.</summary>
    Codes,

    /// <summary>Also the beginning of its text, masked by <see cref="AnswerText"/>. A name or a street in it is not masked.</summary>
    Text,
}
