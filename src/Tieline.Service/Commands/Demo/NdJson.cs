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

    public static Task WriteAsync<T>(string path, IEnumerable<T> rows, CancellationToken cancellation) =>
        File.WriteAllLinesAsync(path, rows.Select(row => JsonSerializer.Serialize(row, JsonSerializerOptions.Web)), cancellation);
}
