using System.Text.Json;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>What an answer says became of each event of a batch, in the dialect of <see cref="BatchOptions.Results"/>.</summary>
internal static class BatchAnswer
{
    /// <summary>Of an answer's body so much is read: about a thousand records told back.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>HubSpot's other words mean that it has not been done, or not yet.</summary>
    private const string Complete = "COMPLETE";

    /// <exception cref="OperationCanceledException">It did not come in time.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<DeliveryOutcome> ReadAsync(
        BatchResults dialect, DeliveryOutcome.Accepted accepted, HttpResponseMessage response, IReadOnlyList<JournalEntry> batch, AnswerKeeper keeper, CancellationToken cancellation)
    {
        var bytes = await ReadAsync(response, cancellation);
        return Read(dialect, accepted.Status, bytes.Span, batch, keeper);
    }

    /// <summary>Pure.</summary>
    /// <returns>
    /// <see cref="DeliveryOutcome.Accepted"/> with one outcome for each event. <see cref="DeliveryOutcome.Rejected"/> where some failed and it does not say which: halves of the batch will tell.
    /// <see cref="DeliveryOutcome.BackOff"/> where it cannot be understood: that is no acceptance, else an event might be taken for delivered that was not.
    /// </returns>
    public static DeliveryOutcome Read(BatchResults dialect, int status, ReadOnlySpan<byte> body, IReadOnlyList<JournalEntry> batch, AnswerKeeper keeper)
    {
        List<DeliveryOutcome>? results;
        try
        {
            results = Parse(body) is not { } answer ? null
                : dialect == BatchResults.Salesforce ? ReadInOrder(answer, status, batch.Count, keeper)
                : ReadByName(answer, status, batch, keeper);
        }
        catch (InvalidOperationException)
        {
            results = null; // an escape that is no character, half of a surrogate pair
        }

        if (results is null)
            return new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, status, null) { Answer = keeper.Whole(body, null) };
        if (results.Count == 0)
            return new DeliveryOutcome.Rejected(status, $"the destination answered {status} for the batch, and not which of its events failed");
        var events = results.Any(outcome => outcome is DeliveryOutcome.Accepted) ? [.. results.Select(OfOneAmongOthers)] : results;
        return new DeliveryOutcome.Accepted(status) { Events = events, AboutAll = AboutAll(events, batch) };
    }

    /// <summary>409: what upserts is never "already there". HubSpot answers so for a whole batch of which one event is in conflict: halves will tell. Alone, it may be a copy of it that is under way.</summary>
    public static DeliveryOutcome Conflict(int events) => events > 1
        ? new DeliveryOutcome.Rejected(409, "the destination answered 409 for the batch, and not which of its events is in conflict")
        : new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, 409, null);

    private static JsonElement? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(VendorAnswer.WithoutMark(body));
            return JsonElement.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (bytes.Length < MaxBytes && await body.ReadAsync(buffer, cancellation) is var read and > 0)
            bytes.Write(buffer, 0, read);
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    /// <summary>Others of its batch were accepted, with the same URL, credentials and fields: what it lacks is its own.</summary>
    private static DeliveryOutcome OfOneAmongOthers(DeliveryOutcome outcome) =>
        outcome is DeliveryOutcome.BackOff { Reason: BackOffReason.Misconfigured, Status: { } status, Code: { } code }
            ? new DeliveryOutcome.Rejected(status, ReasonOf(status, code)) { Answer = outcome.Answer }
            : outcome;

    /// <summary>A quota that one event met is everybody's. A set-up by which all failed is the destination's, and needs no second witness if several conversations say so.</summary>
    private static DeliveryOutcome.BackOff? AboutAll(List<DeliveryOutcome> events, IReadOnlyList<JournalEntry> batch)
    {
        if (events.OfType<DeliveryOutcome.BackOff>().FirstOrDefault(outcome => outcome.IsAboutAll) is { } held)
            return held;
        var misconfigured = events.OfType<DeliveryOutcome.BackOff>().FirstOrDefault(outcome => outcome.Reason == BackOffReason.Misconfigured);
        var accusers = batch.Where((_, index) => events[index] is DeliveryOutcome.BackOff { Reason: BackOffReason.Misconfigured }).Select(entry => entry.ConversationId).Distinct(StringComparer.Ordinal);
        return misconfigured is null ? null : misconfigured with { IsAboutAll = accusers.Skip(1).Any() };
    }

    /// <summary><c>[{"success":true},{"success":false,"errors":[{"statusCode":"…"}]}]</c></summary>
    private static List<DeliveryOutcome>? ReadInOrder(JsonElement answer, int status, int count, AnswerKeeper keeper)
    {
        if (answer.ValueKind != JsonValueKind.Array || answer.GetArrayLength() != count)
            return null;
        var outcomes = new List<DeliveryOutcome>(count);
        foreach (var result in answer.EnumerateArray())
        {
            if (result.ValueKind != JsonValueKind.Object || !result.TryGetProperty("success", out var success) || success.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                return null;
            outcomes.Add(success.GetBoolean() ? new DeliveryOutcome.Accepted(status) : Failed(SalesforceCodes.Table, ArrayOf(result, "errors"), status, keeper, "statusCode", "errorCode"));
        }

        return outcomes;
    }

    /// <summary><c>{"errors":[{"category":"…","context":{"objectWriteTraceId":["evt_…"]}}]}</c>: what no error names is accepted, if all errors name something.</summary>
    /// <returns>Empty where an error of several events names none.</returns>
    private static List<DeliveryOutcome>? ReadByName(JsonElement answer, int status, IReadOnlyList<JournalEntry> batch, AnswerKeeper keeper)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("results", out var results) || results.ValueKind != JsonValueKind.Array || (TextOf(answer, "status") ?? Complete) != Complete)
            return null;
        var errors = ArrayOf(answer, "errors");
        if (errors.Count == 0 && !HasFailures(answer))
            return [.. batch.Select(_ => new DeliveryOutcome.Accepted(status))];
        if (batch.Count == 1)
            return [Failed(HubSpotCodes.Table, errors, status, keeper, "category", "errorType")]; // whatever it names or leaves out, it can be about nothing else
        var failed = new Dictionary<string, DeliveryOutcome>(StringComparer.Ordinal);
        foreach (var error in errors)
        {
            if (NamesOf(error) is not { Count: > 0 } names)
                return [];
            foreach (var name in names)
                failed[name] = Failed(HubSpotCodes.Table, [error], status, keeper, "category", "errorType");
        }

        var outcomes = batch.Select(entry => failed.Remove(entry.Id.ToString(), out var outcome) ? outcome : new DeliveryOutcome.Accepted(status)).ToList();
        return errors.Count > 0 && failed.Count == 0 ? outcomes : [];
    }

    private static bool HasFailures(JsonElement answer) => answer.TryGetProperty("numErrors", out var count) && (count.ValueKind != JsonValueKind.Number || !count.TryGetInt64(out var number) || number != 0);

    private static List<string>? NamesOf(JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object || !error.TryGetProperty("context", out var context) || context.ValueKind != JsonValueKind.Object)
            return null;
        var names = ArrayOf(context, "objectWriteTraceId");
        return [.. names.Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)];
    }

    private static List<JsonElement> ArrayOf(JsonElement element, string member) =>
        element.TryGetProperty(member, out var array) && array.ValueKind == JsonValueKind.Array ? [.. array.EnumerateArray()] : [];

    /// <param name="errors">All of one event.</param>
    /// <param name="members">Where each may have its code.</param>
    private static DeliveryOutcome Failed(VendorTable table, List<JsonElement> errors, int status, AnswerKeeper keeper, params string[] members)
    {
        var codes = errors.Where(error => error.ValueKind == JsonValueKind.Object).SelectMany(error => members.Select(member => TextOf(error, member))).OfType<string>();
        var text = string.Join(',', errors.Select(error => error.GetRawText()));
        var found = table.Find(status, codes, text);
        var answer = errors.Count == 0 ? null : keeper.Part($"[{text}]", found);
        return found switch
        {
            { Meaning: not VendorMeaning.Reject } code => VendorCodes.Of(code, status, null) with { Answer = answer },
            var code => new DeliveryOutcome.Rejected(status, ReasonOf(status, code)) { Answer = answer },
        };
    }

    /// <summary>It goes into logs and the audit log: a code that is not in the table may be anything.</summary>
    private static string ReasonOf(int status, VendorCode? code) =>
        $"the destination answered {status} for the batch, and for this event {(code is null ? "an error that Tieline does not know" : $"{code}: {code.Text}")}";

    private static string? TextOf(JsonElement error, string member) => error.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
