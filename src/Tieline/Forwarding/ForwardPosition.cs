using System.Text.Json;
using Tieline.Audit;
using Tieline.Storage;

namespace Tieline.Forwarding;

/// <summary>Up to where the receiver has the log and its checkpoints.</summary>
/// <param name="File">The log's file; null before the first.</param>
/// <param name="Lines">Lines of that file up to <paramref name="Place"/>.</param>
/// <param name="Fact">The newest fact up to there.</param>
internal sealed record ForwardPosition(string? File, long Lines, FilePlace Place, long Fact, FilePlace Checkpoints)
{
    public const string FileName = "audit-forward.json";

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public static ForwardPosition Start { get; } = new(null, 0, FilePlace.Start, 0, FilePlace.Start);

    /// <returns>The start where there is no such file.</returns>
    /// <exception cref="ForwardException">It is no position.</exception>
    public static ForwardPosition Load(string path)
    {
        if (!System.IO.File.Exists(path))
            return Start;
        try
        {
            var position = JsonSerializer.Deserialize<ForwardPosition>(System.IO.File.ReadAllBytes(path), _json);
            if (position is { Fact: >= 0, Lines: >= 0 } && IsPlace(position.Place) && IsPlace(position.Checkpoints) && (position.File is null || AuditFileName.TryParse(position.File, out _)))
                return position;
            throw Wrong(path, null);
        }
        catch (JsonException e)
        {
            throw Wrong(path, e);
        }
    }

    /// <summary>When this returns, it survives a power cut. A crash leaves the old one or the new one.</summary>
    public void Save(string path) => WholeFile.Write(path, JsonSerializer.Serialize(this, _json) + "\n");

    private static bool IsPlace(FilePlace place) => place.LineBytes >= 0 && place.Bytes >= place.LineBytes;

    private static ForwardException Wrong(string path, Exception? inner) =>
        new($"'{path}' does not say how far the audit log was forwarded. Put it back from a copy, or delete it: then every line is sent again", inner);
}
