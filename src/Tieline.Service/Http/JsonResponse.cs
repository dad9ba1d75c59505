using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tieline.Service.Http;

internal static class JsonResponse
{
    // Never inside HTML, so that an apostrophe in a problem stays readable with curl.
    private static readonly JsonWriterOptions Writing = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One JSON object, not to be cached.</summary>
    public static async Task WriteAsync(HttpResponse response, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = buffer.WrittenCount + 1;
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            await response.Body.WriteAsync(buffer.WrittenMemory, response.HttpContext.RequestAborted);
            await response.Body.WriteAsync("\n"u8.ToArray(), response.HttpContext.RequestAborted);
        }
    }
}
