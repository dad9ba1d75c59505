using System.Text.Json;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>What an answer says became of each event of a batch, in the dialect of <see cref="BatchOptions.Results"/>.</summary>
internal static class BatchAnswer
{
    /// <summary>Of an answer's body so much is read: about a thousand records told back.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    private const int MaxCodeLength = 60;

    /// <summary>Codes for what is over by itself, the first for the CRM's limits.</summary>
    private static readonly HashSet<string> _throttled = new(StringComparer.Ordinal) { ThrottleSigns.SalesforceLimit, "RATE_LIMITS", "RATE_LIMIT" };
    private static readonly HashSet<string> _passing = new(StringComparer.Ordinal)
    {
        "UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "UNKNOWN_EXCEPTION", "ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED", "INTERNAL_ERROR", "TIMEOUT",
    };

    /// <exception cref="OperationCanceledException">It did not come in time.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<DeliveryOutcome> ReadAsync(
        BatchResults dialect, DeliveryOutcome.Accepted accepted, HttpResponseMessage response, IReadOnlyList<JournalEntry> batch, CancellationToken cancellation)
    {
        var bytes = await ReadAsync(response, cancellation);
        // What cannot be understood is no acceptance: else an event might be taken for delivered that was not.
        return Read(dialect, accepted.Status, bytes.Span, batch) is { } events
            ? accepted with { Events = events }
            : new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, accepted.Status, null) { Answer = AnswerText.Of(bytes.Span[..Math.Min(bytes.Length, AnswerText.MaxLength)]) };
    }

    /// <summary>Pure.</summary>
    /// <returns>One for each event; null where the answer does not say so, or not of all.</returns>
    public static IReadOnlyList<DeliveryOutcome>? Read(BatchResults dialect, int status, ReadOnlySpan<byte> body, IReadOnlyList<JournalEntry> batch)
    {
        JsonElement answer;
        try
        {
            var reader = new Utf8JsonReader(body);
            answer = JsonElement.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }

        return dialect == BatchResults.Salesforce ? ReadInOrder(answer, status, batch.Count) : ReadByName(answer, status, batch);
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

    /// <summary><c>[{"success":true},{"success":false,"errors":[{"statusCode":"…"}]}]</c></summary>
    private static List<DeliveryOutcome>? ReadInOrder(JsonElement answer, int status, int count)
    {
        if (answer.ValueKind != JsonValueKind.Array || answer.GetArrayLength() != count)
            return null;
        var outcomes = new List<DeliveryOutcome>(count);
        foreach (var result in answer.EnumerateArray())
        {
            if (result.ValueKind != JsonValueKind.Object || !result.TryGetProperty("success", out var success) || success.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                return null;
            outcomes.Add(success.GetBoolean() ? new DeliveryOutcome.Accepted(status) : Failed(FirstError(result), "statusCode", status));
        }

        return outcomes;
    }

    /// <summary><c>{"errors":[{"category":"…","context":{"objectWriteTraceId":["evt_…"]}}]}</c>: what no error names is accepted, if all errors name something.</summary>
    private static List<DeliveryOutcome>? ReadByName(JsonElement answer, int status, IReadOnlyList<JournalEntry> batch)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("results", out var results) || results.ValueKind != JsonValueKind.Array)
            return null;
        var failed = new Dictionary<string, DeliveryOutcome>(StringComparer.Ordinal);
        if (answer.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array)
        {
            foreach (var error in errors.EnumerateArray())
            {
                if (NamesOf(error) is not { Count: > 0 } names)
                    return null;
                foreach (var name in names)
                    failed[name] = Failed(error, "category", status);
            }
        }

        var outcomes = batch.Select(entry => failed.Remove(entry.Id.ToString(), out var outcome) ? outcome : new DeliveryOutcome.Accepted(status)).ToList();
        return failed.Count == 0 ? outcomes : null;
    }

    private static List<string>? NamesOf(JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object || !error.TryGetProperty("context", out var context) || context.ValueKind != JsonValueKind.Object
            || !context.TryGetProperty("objectWriteTraceId", out var names) || names.ValueKind != JsonValueKind.Array)
            return null;
        return [.. names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)];
    }

    private static JsonElement FirstError(JsonElement result) =>
        result.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0 ? errors[0] : default;

    private static DeliveryOutcome Failed(JsonElement error, string member, int status)
    {
        var code = error.ValueKind == JsonValueKind.Object && error.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        // It goes into logs and the audit log: what is no code may be anything.
        if (code.Length is 0 or > MaxCodeLength || !code.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
            code = "no code";
        var answer = error.ValueKind == JsonValueKind.Undefined ? null : AnswerText.Of(System.Text.Encoding.UTF8.GetBytes(error.GetRawText()));
        return _throttled.Contains(code) ? new DeliveryOutcome.BackOff(BackOffReason.Throttled, status, null) { Answer = answer }
            : _passing.Contains(code) ? new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, status, null) { Answer = answer }
            : new DeliveryOutcome.Rejected(status, $"the destination answered {status} for the batch, and for this event {code}") { Answer = answer };
    }
}
