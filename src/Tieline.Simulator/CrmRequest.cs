namespace Tieline.Simulator;

/// <summary>One webhook as it came.</summary>
public sealed class CrmRequest
{
    /// <summary>Place in the order of arrival, from 0.</summary>
    public required long Index { get; init; }

    /// <summary>When its last byte was read.</summary>
    public required DateTimeOffset ArrivedAt { get; init; }

    /// <summary>Where it was posted to.</summary>
    public required string Path { get; init; }

    /// <summary>Its <c>webhook-id</c> header; null: it had none.</summary>
    public required string? Id { get; init; }

    /// <summary>Its body's <c>conversationId</c>; null: it had none.</summary>
    public required string? ConversationId { get; init; }

    /// <summary>Its body, byte for byte.</summary>
    public required byte[] Body { get; init; }

    /// <summary>Its headers; empty when they are not recorded.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>What it was answered; 0: nothing (yet).</summary>
    public int Status { get; internal set; }

    /// <summary>Whether the CRM took it as good: answered 2xx, or closed after processing.</summary>
    public bool Processed { get; internal set; }
}
