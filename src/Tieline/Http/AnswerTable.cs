using static Tieline.Http.AnswerMeaning;
using static Tieline.Http.AnswerSigns;
using static Tieline.Http.Asked;

namespace Tieline.Http;

/// <summary>What each answer of a destination or of Genesys means: the table of <c>docs/formats/answers.md</c>, which a test compares with this one. Pure.</summary>
internal static class AnswerTable
{
    /// <summary>The first row that covers an answer counts.</summary>
    public static IReadOnlyList<AnswerRow> Rows { get; } =
    [
        new(Destination, "2xx", Html, AnswerMeaning.HtmlPage),
        new(Destination, "200, 201, 207", FailureInside, Rejected),
        new(Destination, "2xx", None, Accepted),
        new(Destination, "409", AnswerSigns.RetryAfter, AnswerMeaning.InProgress),
        new(Destination, "409", AnswerSigns.InProgress, AnswerMeaning.InProgress),
        new(Destination, "409", AfterUnseen, AskOnceMore),
        new(Destination, "409", None, Accepted),
        new(Destination, "300, 400, 413, 415, 422", None, Rejected),
        new(Destination, "401, 403, 404, 410", None, Misconfigured),
        new(Destination, "408, 425, 429", None, Throttled),
        new(Destination, "502, 504, 520, 524", None, GatewayFailed),
        new(Destination, "other", None, ServerFailed),

        new(DestinationToken, "200", Html, AnswerMeaning.HtmlPage),
        new(DestinationToken, "200", Unreadable, ServerFailed),
        new(DestinationToken, "200", None, Read),
        new(DestinationToken, "400, 401, 403, 404, 410", None, Misconfigured),
        new(DestinationToken, "408, 425, 429", None, Throttled),
        new(DestinationToken, "other", None, ServerFailed),

        new(GenesysToken, "200", Html, AnswerMeaning.HtmlPage),
        new(GenesysToken, "200", Unreadable, ServerFailed),
        new(GenesysToken, "200", None, Read),
        new(GenesysToken, "400, 401, 403", None, Misconfigured),
        new(GenesysToken, "other", None, ServerFailed),

        new(GenesysDetails, "2xx", Html, AnswerMeaning.HtmlPage),
        new(GenesysDetails, "2xx", Unreadable, ServerFailed),
        new(GenesysDetails, "2xx", None, Read),
        new(GenesysDetails, "401", Again, Misconfigured),
        new(GenesysDetails, "401", None, FreshToken),
        new(GenesysDetails, "408, 429, 5xx", None, ServerFailed),
        new(GenesysDetails, "other", None, Misconfigured),

        new(GenesysChannels, "2xx", Html, AnswerMeaning.HtmlPage),
        new(GenesysChannels, "2xx", Unreadable, ServerFailed),
        new(GenesysChannels, "2xx", None, Read),
        new(GenesysChannels, "401", Again, Misconfigured),
        new(GenesysChannels, "401", None, FreshToken),
        new(GenesysChannels, "404", None, Gone),
        new(GenesysChannels, "408, 429, 5xx", None, ServerFailed),
        new(GenesysChannels, "other", None, Misconfigured),

        new(StreamHandshake, "101", None, Read),
        new(StreamHandshake, "401, 403", None, Misconfigured),
        new(StreamHandshake, "other", None, ServerFailed),

        new(ChannelHandshake, "101", None, Read),
        new(ChannelHandshake, "429, 5xx", None, ServerFailed),
        new(ChannelHandshake, "other", None, Gone),
    ];

    private static readonly ILookup<Asked, AnswerRow> _byAsked = Rows.ToLookup(row => row.Asked);

    public static AnswerMeaning Of(Asked asked, int status, AnswerSigns signs = None)
    {
        foreach (var row in _byAsked[asked])
        {
            if (row.Covers(status, signs))
                return row.Meaning;
        }

        throw new InvalidOperationException($"No row for {asked} {status}: each asked one ends with 'other'");
    }
}
