using Tieline.Http;

namespace Tieline.Service.Conform;

/// <summary>What a receiver made of one request.</summary>
/// <param name="Status">Null where no whole answer came.</param>
/// <param name="Problem">Why none came; null where one did.</param>
internal sealed record ReceiverAnswer(int? Status, string? Problem, TimeSpan Took)
{
    /// <summary>JSON was answered with a page for people.</summary>
    public bool IsPage { get; init; }

    /// <summary>Tieline would count the event as delivered.</summary>
    public bool IsAccepted => Status is { } status && AnswerTable.Of(Asked.Destination, status, IsPage ? AnswerSigns.Html : AnswerSigns.None) == AnswerMeaning.Accepted;

    /// <summary>"answered 200 in 12 ms"</summary>
    public override string ToString() => Problem ?? $"answered {Status}{(IsPage ? " with an HTML page" : "")} in {Took.TotalMilliseconds:F0} ms";

    /// <summary>What Tieline would do after it, for whoever did not mean that; null after an acceptance.</summary>
    public string? Consequence => this switch
    {
        { IsAccepted: true } => null,
        { Status: null } => "Tieline sends it again later, for up to three days.",
        { IsPage: true } => "Tieline takes a page in answer to JSON for somebody else's: answer with JSON, or with nothing.",
        { Status: >= 300 and < 400 } => "Tieline does not follow redirects: give it the address that they lead to.",
        { Status: 400 or 413 or 415 or 422 } => "Tieline makes such an event a dead letter at once.",
        { Status: 401 or 403 or 404 or 410 } => "Tieline pauses the destination: check the URL, the secret and the credentials.",
        { Status: 405 } => "It must take POST at this URL.",
        _ => "Tieline sends it again later, for up to three days.",
    };
}
