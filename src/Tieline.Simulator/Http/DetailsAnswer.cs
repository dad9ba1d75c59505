using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Details;

namespace Tieline.Simulator.Http;

/// <summary>Bodies of the details API, and what a fault makes of them.</summary>
internal sealed class DetailsAnswer(RecordWriter writer)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Rows, and what goes with them. Without rows there is no member <c>conversations</c>, as in a real answer.</summary>
    /// <param name="rows">The page.</param>
    /// <param name="ofJob">Whether it is a job's, which tells attributes.</param>
    /// <param name="more">Writes the other members.</param>
    public byte[] Rows(IReadOnlyList<DetailsRow> rows, bool ofJob, Action<Utf8JsonWriter> more) => Make(json =>
    {
        if (rows.Count > 0)
        {
            json.WriteStartArray("conversations");
            foreach (var row in rows)
            {
                writer.Write(json, row, ofJob);
            }
            json.WriteEndArray();
        }
        more(json);
    });

    /// <summary>An object of these members.</summary>
    public static byte[] Make(Action<Utf8JsonWriter> members) => MakeBare(json =>
    {
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
    });

    public static byte[] MakeBare(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Relaxed);
        write(json);
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <param name="context">The request.</param>
    /// <param name="status">200 or 202.</param>
    /// <param name="body">JSON.</param>
    /// <param name="fault">The answer asked for by a fault; null: none.</param>
    public static async Task SendAsync(HttpContext context, int status, byte[] body, string? fault)
    {
        if (fault == "garbage")
        {
            body = "<html><body>Bad gateway, try again</body></html>"u8.ToArray();
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        if (fault != "half")
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
            return;
        }
        await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }
}
