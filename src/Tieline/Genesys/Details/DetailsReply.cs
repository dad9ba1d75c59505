using System.Net;
using System.Text.Json;
using Tieline.Events;
using Tieline.Http;

namespace Tieline.Genesys;

/// <summary>What an answer of the details API means. Pure.</summary>
internal static class DetailsReply
{
    /// <summary>More of an answer that is no page is not read.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MaxJobLength = 100;
    private const string Permission = "analytics:conversationDetail:view";

    /// <param name="status">Anything but 2xx.</param>
    public static DetailsOutcome Failure(HttpStatusCode status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter) => AnswerTable.Of(Asked.GenesysDetails, (int)status) switch
    {
        AnswerMeaning.FreshToken => new DetailsOutcome.Unauthorised(Code(body)),
        AnswerMeaning.Misconfigured => Refused((int)status, body),
        _ => new DetailsOutcome.Retry($"Genesys answered {(int)status}{Code(body)}", retryAfter),
    };

    /// <summary>A page for people in place of an answer.</summary>
    public static DetailsOutcome.Retry Page(HttpStatusCode status, string host) => new($"{host} answered {(int)status} with an HTML page; does a login page or gateway stand before Genesys?", null);

    private static DetailsOutcome.Refused Refused(int status, ReadOnlyMemory<byte> body) => status switch
    {
        403 => new($"Genesys refused to give conversation details (403{Code(body)}). The OAuth client's role needs the permission {Permission}"),
        404 => new($"Genesys knows no such address or job (404{Code(body)}). Check Genesys:Region and Genesys:ApiUrl"),
        < 400 => new($"Genesys answered {status}. Check Genesys:Region and Genesys:ApiUrl: no redirect is followed"),
        _ => new($"Genesys did not understand the request for conversation details ({status}{Code(body)})"),
    };

    /// <param name="code">As in <see cref="DetailsOutcome.Unauthorised"/>.</param>
    public static DetailsOutcome.Refused RefusedTwice(string code) => new(
        $"Genesys does not accept a fresh token for conversation details (401{code}). Check that the OAuth client has a role with the permission {Permission}, and that it lives in Genesys:Region");

    /// <returns>A page that owns <paramref name="body"/>, or why there is none.</returns>
    public static DetailsOutcome Page(DetailsBody body) =>
        DetailsPage.Read(body) is { } page ? new DetailsOutcome.Page(page) : Unreadable("a page of conversations");

    /// <returns>A page of one that owns <paramref name="body"/>, or why there is none.</returns>
    public static DetailsOutcome Conversation(DetailsBody body) =>
        DetailsPage.ReadOne(body) is { } page ? new DetailsOutcome.Page(page) : Unreadable("a conversation");

    public static DetailsOutcome Submitted(ReadOnlyMemory<byte> body) =>
        Member(body, "jobId") is { Length: > 0 and <= MaxJobLength } job && job.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? new DetailsOutcome.Submitted(job)
            : Unreadable("a job");

    public static DetailsOutcome Polled(ReadOnlyMemory<byte> body) => Member(body, "state") switch
    {
        null => Unreadable("a job's state"),
        "QUEUED" or "PENDING" => new DetailsOutcome.Polled(DetailsJobState.Running),
        "FULFILLED" => new DetailsOutcome.Polled(DetailsJobState.Fulfilled),
        _ => new DetailsOutcome.Polled(DetailsJobState.Ended),
    };

    public static DetailsOutcome Available(ReadOnlyMemory<byte> body) =>
        Member(body, "dataAvailabilityDate") is { } text && EventTime.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var until)
            ? new DetailsOutcome.Available(until)
            : Unreadable("the jobs' availability");

    /// <returns>Null for a string that is none: half of a surrogate pair.</returns>
    public static string? Text(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static DetailsOutcome.Retry Unreadable(string what) => new($"Genesys answered 200, but what came is not {what}", null);

    /// <summary>Genesys's error code with a space before it; nothing where there is none that <see cref="CodeWords"/> knows. All else in an error may name people.</summary>
    private static string Code(ReadOnlyMemory<byte> body) =>
        Member(body, "code") is { } text && CodeWords.CodeIn(text) is { } code ? " " + code : "";

    private static string? Member(ReadOnlyMemory<byte> body, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? Text(value)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
