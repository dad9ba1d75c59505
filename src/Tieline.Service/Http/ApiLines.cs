using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Tieline.Service.Http;

/// <summary>An answer that may take minutes: figures now and then, so that no proxy takes it for dead, and the report in the last line.</summary>
internal sealed class ApiLines(HttpContext context)
{
    private readonly Channel<JsonNode> _progress = Channel.CreateBounded<JsonNode>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>The newest figures; older ones that nobody has fetched are forgotten.</summary>
    public void Tell(JsonNode figures) => _progress.Writer.TryWrite(figures);

    /// <param name="running">Makes the report.</param>
    public async Task RunAsync(Task<JsonNode> running)
    {
        context.Response.ContentType = ApiMedia.Lines;
        context.Response.Headers.CacheControl = "no-store";
        _ = running.ContinueWith(_ => _progress.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await foreach (var figures in _progress.Reader.ReadAllAsync(context.RequestAborted))
            await WriteAsync("progress", figures);
        try
        {
            await WriteAsync("report", await running);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await WriteAsync("problem", JsonValue.Create("Tieline is stopping; what was done is done, ask again when it runs."));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await WriteAsync("problem", JsonValue.Create($"It failed ({e.Message}); what was done is done, and Tieline's log says more."));
        }
    }

    private async Task WriteAsync(string name, JsonNode value)
    {
        await context.Response.WriteAsync(new JsonObject { [name] = value }.ToJsonString(ApiCall.Writing) + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
