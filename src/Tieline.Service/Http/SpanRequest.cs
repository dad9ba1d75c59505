using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Tieline.Events;

namespace Tieline.Service.Http;

/// <summary>What is asked for over the API: a span of time, and for a reconciliation whether to repair.</summary>
internal sealed record SpanRequest(DateTimeOffset From, DateTimeOffset To, bool Repair)
{
    private const int MaxBytes = 4 * 1024;
    private const int MaxTimeLength = 40;

    /// <param name="problem">What is wrong with it, for whoever wrote it.</param>
    public static async Task<(SpanRequest? Request, string? Problem)> ReadAsync(HttpRequest request, DateTimeOffset now)
    {
        var body = new byte[MaxBytes];
        var length = await request.Body.ReadAtLeastAsync(body, MaxBytes, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        if (length == MaxBytes)
            return (null, $"the body must be shorter than {MaxBytes} bytes");
        return TryRead(body.AsMemory(0, length), now, out var read, out var problem) ? (read, null) : (null, problem);
    }

    /// <summary>What is wrong with a span; null where nothing is.</summary>
    public static string? Check(DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, string prefix = "")
    {
        if (to <= from)
            return $"{prefix}to must be after {prefix}from";
        return to > now ? $"{prefix}to must not be in the future" : null;
    }

    private static bool TryRead(ReadOnlyMemory<byte> body, DateTimeOffset now, [NotNullWhen(true)] out SpanRequest? request, out string? problem)
    {
        request = null;
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            problem = "the body must be a JSON object such as {\"from\":\"2026-03-02T00:00:00Z\",\"to\":\"2026-03-03T00:00:00Z\"}";
            return false;
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !TryTime(root, "from", out var from) || !TryTime(root, "to", out var to))
            {
                problem = "from and to must be times such as 2026-03-02T00:00:00Z";
                return false;
            }

            problem = Check(from, to, now);
            if (problem is null && root.TryGetProperty("repair", out var repair) && repair.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                problem = "repair must be true or false";
            if (problem is not null)
                return false;
            request = new SpanRequest(from, to, root.TryGetProperty("repair", out repair) && repair.GetBoolean());
            return true;
        }
    }

    private static bool TryTime(JsonElement root, string name, out DateTimeOffset time)
    {
        time = default;
        return root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= MaxTimeLength } text
            && EventTime.TryParse(Encoding.UTF8.GetBytes(text), out time);
    }
}
