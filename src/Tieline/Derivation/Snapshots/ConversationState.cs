using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tieline.Diagnostics;
using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>All that is known of one live conversation, and what has been told of it. Immutable, and holds no personal data.</summary>
internal sealed record ConversationState
{
    /// <summary>Of the text that <see cref="Write"/> makes.</summary>
    public const int CurrentVersion = 1;

    [JsonPropertyName("v")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required int Version { get; init; }

    [JsonPropertyName("id")]
    public required string ConversationId { get; init; }

    /// <summary>Every leg that was ever seen, in the order they were.</summary>
    [JsonPropertyName("legs")]
    public required IReadOnlyList<SnapshotLeg> Legs { get; init; }

    /// <summary>The facts already told, in the order they were; the ends are in <see cref="Ends"/>.</summary>
    [JsonPropertyName("told")]
    public required IReadOnlyList<EventId> Told { get; init; }

    /// <summary>The ends already told, as they were dated then: a later snapshot may date the same end otherwise.</summary>
    [JsonPropertyName("ends")]
    public IReadOnlyList<DateTimeOffset> Ends { get; init; } = [];

    /// <summary>When all of it ended, where REST told and it has not been reopened since.</summary>
    [JsonPropertyName("ended")]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Some snapshot showed the whole of it, so that a leg that is not among <see cref="Legs"/> did not exist by then.</summary>
    [JsonPropertyName("whole")]
    public bool IsWhole { get; init; }

    /// <summary>It is over, and the end of its last episode has been told: nothing more need be asked, unless it is reopened.</summary>
    [JsonPropertyName("endTold")]
    public bool IsEndTold { get; init; }

    /// <summary>When a frame of it last came, in whole milliseconds.</summary>
    [JsonPropertyName("heard")]
    public DateTimeOffset HeardAt { get; init; }

    /// <summary>Since when everybody has been gone and every wrap-up over, by the time of the frames that said so; null while they are not.</summary>
    [JsonPropertyName("over")]
    public DateTimeOffset? OverSince { get; init; }

    /// <summary>A wrap-up that is pending is no longer waited for.</summary>
    [JsonPropertyName("givenUp")]
    public bool IsWrapUpGivenUp { get; init; }

    /// <summary><see cref="ConversationSnapshot.Hash"/> of the last one that was not stale.</summary>
    [JsonPropertyName("hash")]
    public ulong LastHash { get; init; }

    /// <summary>When to ask REST about it: <see cref="SnapshotFold.SilenceOfCalls"/> or <see cref="SnapshotFold.SilenceOfTexts"/> after <see cref="HeardAt"/>, by the media that go on.</summary>
    public DateTimeOffset SilentAt => HeardAt.Plus(OverRule.HasCall(this) ? SnapshotFold.SilenceOfCalls : SnapshotFold.SilenceOfTexts);

    /// <summary>When a wrap-up has taken too long (startAcwTime + (wrapupTimeoutMs ?? 30 min) + 60 s), if nothing but that holds up the end; else null.</summary>
    public DateTimeOffset? WrapUpDeadline => IsEndTold || IsWrapUpGivenUp ? null : OverRule.WrapUpDeadline(this);

    /// <summary>When <see cref="SnapshotFold.Settle"/> tells the end; null where none is pending.</summary>
    public DateTimeOffset? SettlesAt => IsEndTold ? null : OverSince?.Plus(SnapshotFold.SettleDelay);

    /// <summary>One about which nothing is known yet.</summary>
    public static ConversationState Of(string conversationId) => new() { Version = CurrentVersion, ConversationId = conversationId, Legs = [], Told = [] };

    /// <returns>UTF-8 that <see cref="TryRead"/> reads back to the same.</returns>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(Ends.Count > 0 ? this : this with { Ends = null! }, ConversationStateJson.Default.ConversationState);

    /// <returns>False for a text that is broken, foreign, or of a version that is not known.</returns>
    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out ConversationState? state)
    {
        try
        {
            state = JsonSerializer.Deserialize(utf8, ConversationStateJson.Default.ConversationState);
        }
        catch (JsonException)
        {
            state = null;
        }

        state = state is { Ends: null } ? state with { Ends = [] } : state; // left out where there is none
        if (state is { Version: CurrentVersion, ConversationId: not null, Legs: not null, Told: not null } && !state.Legs.Contains(null))
            return true;
        state = null;
        return false;
    }
}
