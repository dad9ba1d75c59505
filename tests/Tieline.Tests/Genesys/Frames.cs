using System.Text;
using System.Text.Json;
using Tieline.Events;

namespace Tieline.Tests.Genesys;

/// <summary>Frames as the analytics stream sends them.</summary>
internal static class Frames
{
    public static readonly DateTimeOffset ReceivedAt = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    public static byte[] Utf8(string frame) => Encoding.UTF8.GetBytes(frame);

    public static byte[] Event(long sequence, string type = "conversation.state", string? state = "completed") => Utf8(
        $$"""{"sequence":{{sequence}},"type":"{{type}}",{{(state is null ? "" : $"\"state\":\"{state}\",")}}"conversationId":"c{{sequence}}","timestamp":"2026-03-02T09:14:07.218Z"}""");

    /// <summary>The lines of one of the sample files, as bytes.</summary>
    public static IReadOnlyList<byte[]> Lines(string file) =>
        [.. File.ReadAllLines(Sample(file)).Where(line => line.Length > 0).Select(Encoding.UTF8.GetBytes)];

    public static JsonElement Json(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Sample(file)));
        return document.RootElement.Clone();
    }

    public static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    public static bool IsForwarded(in EventSkim skim) =>
        skim.Type.SequenceEqual("routing.queue"u8)
        || (skim.Type.SequenceEqual("conversation.state"u8) && Text(skim.State) is "completed" or "abandoned" or "transfer");

    private static string Sample(string file) => Path.Combine(AppContext.BaseDirectory, "data", file);
}
