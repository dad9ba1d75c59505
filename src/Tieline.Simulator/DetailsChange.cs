using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tieline.Simulator;

/// <summary>What shall be different about the details API from now on; null: as it is. The JSON of <c>POST /_simulator/details</c>.</summary>
public sealed record DetailsChange
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary><see cref="GenesysSimulatorOptions.DetailsLag"/> in seconds.</summary>
    public double? LagSeconds { get; init; }

    /// <inheritdoc cref="GenesysSimulatorOptions.DetailsMatch"/>
    public DetailsMatch? Match { get; init; }

    /// <inheritdoc cref="GenesysSimulatorOptions.RequestsPerMinute"/>
    public int? RequestsPerMinute { get; init; }

    /// <inheritdoc cref="GenesysSimulatorOptions.BeganEarlier"/>
    public double? BeganEarlier { get; init; }

    /// <summary><see cref="GenesysSimulatorOptions.BeganEarlierBy"/> in hours.</summary>
    public double? BeganEarlierHours { get; init; }

    internal TimeSpan? Lag => Span(LagSeconds, 1);

    internal TimeSpan? BeganEarlierBy => Span(BeganEarlierHours, 3600);

    /// <summary>Reads one from JSON.</summary>
    /// <exception cref="FormatException">What is wrong and what is allowed.</exception>
    public static DetailsChange Parse(string json)
    {
        const string Allowed = "lagSeconds, match (activity or day), requestsPerMinute, beganEarlier (0 to 1) and beganEarlierHours, all optional";
        try
        {
            var change = JsonSerializer.Deserialize<DetailsChange>(json, Json) ?? throw new FormatException($"A JSON object with {Allowed}.");
            return change.Problem() is { } problem ? throw new FormatException(problem) : change;
        }
        catch (JsonException e)
        {
            throw new FormatException($"A JSON object with {Allowed}. {e.Message}", e);
        }
    }

    /// <returns>What is wrong, null when nothing is.</returns>
    public string? Problem() => this switch
    {
        { LagSeconds: < 0 or > 864_000 } => $"lagSeconds must be from 0 to 864000, was {LagSeconds}",
        { RequestsPerMinute: < 0 } => $"requestsPerMinute must be 0 (no limit) or more, was {RequestsPerMinute}",
        { BeganEarlier: < 0 or > 1 } => $"beganEarlier must be from 0 to 1, was {BeganEarlier}",
        { BeganEarlierHours: < 0 or > 720 } => $"beganEarlierHours must be from 0 to 720, was {BeganEarlierHours}",
        _ => null,
    };

    private static TimeSpan? Span(double? number, double seconds) => number is { } n ? TimeSpan.FromSeconds(n * seconds) : null;
}
