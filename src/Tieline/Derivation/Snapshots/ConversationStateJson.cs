using System.Text.Json.Serialization;

namespace Tieline.Derivation;

/// <summary>How a <see cref="ConversationState"/> is written: short names, what is not there left out, times in whole milliseconds since 1970.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    IgnoreReadOnlyProperties = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(StateConverters.Time), typeof(StateConverters.Span), typeof(StateConverters.Id)])]
[JsonSerializable(typeof(ConversationState))]
internal sealed partial class ConversationStateJson : JsonSerializerContext;
