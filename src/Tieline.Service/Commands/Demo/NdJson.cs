using System.Text.Json;

namespace Tieline.Service.Commands.Demo;

/// <summary>One JSON value a line.</summary>
internal static class NdJson
{
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(Stream stream, CancellationToken cancellation)
    {
        var rows = new List<T>();
        await foreach (var row in JsonSerializer.DeserializeAsyncEnumerable<T>(stream, topLevelValues: true, JsonSerializerOptions.Web, cancellation))
            rows.Add(row!);
        return rows;
    }
}
