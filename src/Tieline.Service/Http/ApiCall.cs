using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>A request to the API by somebody who may make it.</summary>
/// <param name="Token">With which they came.</param>
/// <param name="Asked">What was given with it; nothing that is not described.</param>
internal sealed record ApiCall(HttpContext Context, AdminParts Admin, AccessToken Token, ApiRequest Asked)
{
    /// <summary>As the API writes JSON: never inside HTML, so that an apostrophe stays readable.</summary>
    public static readonly JsonSerializerOptions Writing = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public CancellationToken Aborted => Context.RequestAborted;

    public string InPath(string name) => (string)Context.Request.RouteValues[name]!;

    /// <returns>Null where it is none.</returns>
    public long? NumberInPath(string name) => long.TryParse(InPath(name), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;

    public Task WriteAsync(JsonObject json, int? status = null)
    {
        Context.Response.StatusCode = status ?? Context.Response.StatusCode;
        return JsonResponse.WriteAsync(Context.Response, writer => Write(writer, json));
    }

    private static void Write(Utf8JsonWriter writer, JsonObject json)
    {
        foreach (var (name, value) in json)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, value, Writing);
        }
    }

    public Task RefuseAsync(int status, string detail) => Problem.WriteAsync(Context.Response, status, detail);
}
