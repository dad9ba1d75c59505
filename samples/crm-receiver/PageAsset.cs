namespace CrmReceiver;

/// <summary>A file of the page, read from inside the program.</summary>
internal sealed record PageAsset(string Path, string Resource, string ContentType)
{
    public static readonly IReadOnlyList<PageAsset> All =
    [
        new("/", "index.html", "text/html; charset=utf-8"),
        new("/page.css", "page.css", "text/css; charset=utf-8"),
        new("/page.js", "page.js", "text/javascript; charset=utf-8"),
    ];

    public async Task WriteAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentType = ContentType;
        headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-cache";
        await using var content = typeof(PageAsset).Assembly.GetManifestResourceStream(Resource)!;
        await content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
