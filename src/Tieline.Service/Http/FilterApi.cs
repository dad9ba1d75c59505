using Tieline.Service.Desks;

namespace Tieline.Service.Http;

/// <summary>What a filter would have kept, of what the journal has. Changes nothing.</summary>
internal static class FilterApi
{
    public static async Task PreviewAsync(ApiCall call, FilterDesk desk)
    {
        var (context, admin) = (call.Context, call.Admin);
        var body = new byte[FilterRequest.MaxBytes];
        var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted);
        var problem = length == body.Length ? $"the body must be shorter than {body.Length} bytes" : null;
        if ((problem is null ? FilterRequest.Read(body.AsSpan(0, length), out problem) : null) is not { } asked)
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem!);
        else if (await desk.PreviewAsync(asked.Asked, asked.Last, admin, context.RequestAborted) is not { } done)
            await call.RefuseAsync(StatusCodes.Status409Conflict, FilterDesk.Busy);
        else
            await call.WriteAsync(done.Preview.ToJson(done.NotKept));
    }
}
