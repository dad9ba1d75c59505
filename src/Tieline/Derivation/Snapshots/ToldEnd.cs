using System.Text.Json.Serialization;
using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>An end of an episode that was told from snapshots.</summary>
/// <param name="State"><c>completed</c> or <c>abandoned</c>.</param>
/// <param name="At">As it was told.</param>
internal sealed record ToldEnd([property: JsonPropertyName("s")] string State, [property: JsonPropertyName("t")] DateTimeOffset At)
{
    [JsonIgnore]
    public EpisodeSign Sign => new(State, At, IsEnd: true, EpisodePath.Snapshot, null);
}
