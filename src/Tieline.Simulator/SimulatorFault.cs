using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tieline.Simulator;

/// <summary>One thing going wrong on purpose; the JSON of <c>POST /_simulator/faults</c>. Which members mean what for which kind: the README.</summary>
public sealed record SimulatorFault
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>What <see cref="Kind"/> may be.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "close", "abort", "silence", "drop", "duplicate", "swap", "reorder", "reset", "revoke", "handshake", "token", "refuse",
        "malformed", "heartbeat", "fragment", "details", "notification", "channel", "channels", "subscriptions", "queues", "conversation", "clear",
    ];

    /// <summary>What <see cref="What"/> may be for kind <c>malformed</c>.</summary>
    public static IReadOnlyList<string> MalformedFrames { get; } =
    [
        "notJson", "truncated", "binary", "invalidUtf8", "array", "deep", "huge", "noSequence", "stringSequence", "noConversationId",
        "wrongTypes", "absurdTimestamp", "personalWord", "personalIds", "longId",
    ];

    /// <summary>What <see cref="Answer"/> may be for kind <c>token</c>.</summary>
    public static IReadOnlyList<string> TokenAnswers { get; } = ["invalid_client", "unknown_client", "429", "500", "503", "hang"];

    /// <summary>What <see cref="Answer"/> may be for kind <c>details</c>.</summary>
    public static IReadOnlyList<string> DetailsAnswers { get; } =
    [
        "401", "403", "429", "500", "503", "slow", "hang", "garbage", "empty", "half", "truncated", "jobFails",
    ];

    /// <summary>What <see cref="What"/> may be for kind <c>notification</c>.</summary>
    public static IReadOnlyList<string> NotificationOddities { get; } = ["stale", "transitional", "unknownEnum", "unknownMember", "big"];

    /// <summary>What <see cref="What"/> may be for kind <c>channel</c>.</summary>
    public static IReadOnlyList<string> ChannelEnds { get; } = ["closing", "expire", "evict", "cut"];

    /// <summary>What <see cref="Answer"/> may be for kinds <c>channels</c>, <c>subscriptions</c>, <c>queues</c> and <c>conversation</c>.</summary>
    public static IReadOnlyList<string> ApiAnswers { get; } = ["400", "401", "403", "404", "429", "500", "502", "503", "slow", "hang", "garbage"];

    /// <summary>One of <see cref="Kinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>close: the code, 1000 to 4999 (default 1000).</summary>
    public int? Code { get; init; }

    /// <summary>close: the reason.</summary>
    public string? Reason { get; init; }

    /// <summary>How many frames, events, handshakes or requests; handshake, token, details and the other requests: null goes on until cleared. Else 1 when left out.</summary>
    public int? Count { get; init; }

    /// <summary>reorder: how many events in a row are shuffled among themselves (2 to 1,000).</summary>
    public int? Within { get; init; }

    /// <summary>reset: the next number (default 1).</summary>
    public long? To { get; init; }

    /// <summary>handshake: 401, 403, 404, 429, 500 or 503.</summary>
    public int? Status { get; init; }

    /// <summary>token: one of <see cref="TokenAnswers"/>; details: one of <see cref="DetailsAnswers"/>; the other requests: one of <see cref="ApiAnswers"/>.</summary>
    public string? Answer { get; init; }

    /// <summary>An answer that is slow: milliseconds before the answer.</summary>
    public int? DelayMs { get; init; }

    /// <summary>handshake, token and details, 429 and 503: seconds in <c>Retry-After</c>.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>silence, refuse, handshake, token, details and the other requests: end by itself after this time. channel, closing: the notice
    /// before the sockets are closed.</summary>
    public double? Seconds { get; init; }

    /// <summary>malformed: one of <see cref="MalformedFrames"/>; notification: one of <see cref="NotificationOddities"/>; channel: one of <see cref="ChannelEnds"/>.</summary>
    public string? What { get; init; }

    /// <summary>fragment: frames for each message (2 to 100, default 3).</summary>
    public int? Parts { get; init; }

    /// <summary>silence, refuse: true ends it.</summary>
    public bool? End { get; init; }

    /// <summary>abort: with a TCP reset, rather than a plain end of the connection (default false: what was written is still read).</summary>
    public bool? Reset { get; init; }

    /// <summary>refuse: also end the sockets that are open.</summary>
    public bool? Abort { get; init; }

    /// <summary>Commit it this long from now.</summary>
    public double? AfterSeconds { get; init; }

    /// <summary>Commit it when this many events were made.</summary>
    public long? AfterEvents { get; init; }

    /// <summary>Commit it again and again.</summary>
    public double? EverySeconds { get; init; }

    /// <summary>Reads one from JSON.</summary>
    /// <exception cref="FormatException">What is wrong and what is allowed.</exception>
    public static SimulatorFault Parse(string json)
    {
        try
        {
            var fault = JsonSerializer.Deserialize<SimulatorFault>(json, Json)
                ?? throw new FormatException("A fault is a JSON object with a kind.");
            return fault.Problem() is { } problem ? throw new FormatException(problem) : fault;
        }
        catch (JsonException e)
        {
            throw new FormatException($"A fault is a JSON object with a kind ({string.Join(", ", Kinds)}) and its parameters. {e.Message}", e);
        }
    }

    /// <returns>What is wrong, null when nothing is.</returns>
    public string? Problem()
    {
        if (!Kinds.Contains(Kind))
        {
            return $"kind must be one of {string.Join(", ", Kinds)}; was '{Kind}'";
        }
        return Kind switch
        {
            "close" when Code is < 1000 or > 4999 or 1005 or 1006 => $"code must be from 1000 to 4999 and one a close frame may carry, was {Code}",
            "close" when System.Text.Encoding.UTF8.GetByteCount(Reason ?? "") > 123 => "reason must be at most 123 bytes",
            "reorder" when Within is null or < 2 or > 1000 => $"within must be from 2 to 1000, was {Within?.ToString() ?? "left out"}",
            "handshake" when Status is not (401 or 403 or 404 or 429 or 500 or 503) =>
                $"status must be 401, 403, 404, 429, 500 or 503, was {Status?.ToString() ?? "left out"}",
            "token" when !TokenAnswers.Contains(Answer ?? "") =>
                $"answer must be one of {string.Join(", ", TokenAnswers)}, was '{Answer}'",
            "details" when !DetailsAnswers.Contains(Answer ?? "") =>
                $"answer must be one of {string.Join(", ", DetailsAnswers)}, was '{Answer}'",
            "notification" when !NotificationOddities.Contains(What ?? "") =>
                $"what must be one of {string.Join(", ", NotificationOddities)}, was '{What}'",
            "channel" when !ChannelEnds.Contains(What ?? "") =>
                $"what must be one of {string.Join(", ", ChannelEnds)}, was '{What}'",
            "channels" or "subscriptions" or "queues" or "conversation" when !ApiAnswers.Contains(Answer ?? "") =>
                $"answer must be one of {string.Join(", ", ApiAnswers)}, was '{Answer}'",
            "details" or "channels" or "subscriptions" or "queues" or "conversation" when Answer == "slow" && DelayMs is null or < 0 or > 3_600_000 =>
                $"delayMs must be from 0 to 3600000, was {DelayMs?.ToString() ?? "left out"}",
            "malformed" when !MalformedFrames.Contains(What ?? "") =>
                $"what must be one of {string.Join(", ", MalformedFrames)}, was '{What}'",
            "fragment" when Parts is < 2 or > 100 => $"parts must be from 2 to 100, was {Parts}",
            _ when Count is < 1 => $"count must be at least 1, was {Count}",
            _ when Seconds is < 0 or > 86_400 => $"seconds must be from 0 to 86400, was {Seconds}",
            _ when AfterSeconds is < 0 or > 86_400 => $"afterSeconds must be from 0 to 86400, was {AfterSeconds}",
            _ when EverySeconds is < 0.1 or > 86_400 => $"everySeconds must be from 0.1 to 86400, was {EverySeconds}",
            _ => null,
        };
    }
}
