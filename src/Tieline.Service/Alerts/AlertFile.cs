using System.Text.Json;
using System.Text.Json.Serialization;
using Tieline.Storage;

namespace Tieline.Service.Alerts;

/// <summary>What of the alerts a restart must not forget, in <c>DataDirectory/alerts.json</c>. One that cannot be read is begun anew: the worst is that what fires is told of once more.</summary>
internal static class AlertFile
{
    public const string FileName = "alerts.json";

    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true };

    /// <exception cref="IOException">The disk does not take it; the file stays as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">So it is too.</exception>
    public static void Write(string path, IEnumerable<Alert> alerts, IEnumerable<AlertGroup> groups)
    {
        var content = new Content([.. alerts.Select(Saved.Of)], [.. groups]);
        WholeFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(content, _options));
    }

    /// <param name="problem">Null where it was read, or where there is none.</param>
    public static (IReadOnlyList<Alert> Alerts, IReadOnlyList<AlertGroup> Groups) Read(string path, out string? problem)
    {
        problem = null;
        try
        {
            if (!File.Exists(path))
                return ([], []);
            var content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), _options);
            return ([.. (content?.Alerts ?? []).Where(alert => alert?.Labels is not null && alert.Rule is not null).Select(alert => alert.ToAlert())], [.. (content?.Groups ?? []).Where(group => group?.Rule is not null)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            problem = e.Message;
            return ([], []);
        }
    }

    private sealed record Content(IReadOnlyList<Saved>? Alerts, IReadOnlyList<AlertGroup>? Groups);

    private sealed record Saved(string Rule, IReadOnlyDictionary<string, string>? Labels, double Value, DateTimeOffset? HoldsSince, DateTimeOffset? FiredAt, DateTimeOffset? EndedAt, bool IsTold)
    {
        public static Saved Of(Alert alert) => new(alert.Rule, alert.Labels.Pairs.ToDictionary(), alert.Value, alert.HoldsSince, alert.FiredAt, alert.EndedAt, alert.IsTold);

        public Alert ToAlert() => new(Rule, AlertLabels.Of(Labels!), Value, HoldsSince, FiredAt, EndedAt, IsTold);
    }
}
