using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Streams;

namespace Tieline.Simulator.Http;

/// <summary>What all requests with a bearer token go through: faults, the token, and the limit that a client has for all of them together.</summary>
internal sealed class ApiDoor(
    TimeProvider time, BearerCheck bearer, RateLimit limit, FaultDesk faults, ApiErrors errors, Counters counters, CancellationToken stopping)
{
    /// <param name="context">The request.</param>
    /// <param name="kind">Of the fault that concerns it.</param>
    /// <param name="answer">Answers it for a good token.</param>
    /// <param name="counted">Called when it is in the counts.</param>
    public Task HandleAsync(HttpContext context, string kind, Func<IssuedToken, Task<ApiAnswer>> answer, Action counted) =>
        HandleAsync(context, faults.Take(kind), counters.Api, answer, counted);

    /// <param name="context">The request.</param>
    /// <param name="fault">That concerns it.</param>
    /// <param name="counts">Where it is counted, by its status; 0: left hanging.</param>
    /// <param name="answer">Answers it for a good token.</param>
    /// <param name="counted">Called when it is in the counts: after an answer, at once when there will be none.</param>
    public async Task HandleAsync(
        HttpContext context, SimulatorFault? fault, ConcurrentDictionary<int, long> counts, Func<IssuedToken, Task<ApiAnswer>> answer, Action counted)
    {
        if (fault?.Answer == "hang")
        {
            Counters.Count(counts, 0);
            counted();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.Abort();
            return;
        }
        try
        {
            await AnswerAsync(context, fault, answer);
        }
        finally
        {
            Counters.Count(counts, context.Response.StatusCode);
            counted();
        }
    }

    private async Task AnswerAsync(HttpContext context, SimulatorFault? fault, Func<IssuedToken, Task<ApiAnswer>> answer)
    {
        if (int.TryParse(fault?.Answer, out var status))
        {
            await errors.WriteAsync(context, new ApiError(status) { RetryAfter = fault!.RetryAfter ?? (status == 429 ? 2 : null) });
            return;
        }
        if (bearer.Refusal(context.Request, out var token) is { } refusal)
        {
            await errors.WriteAsync(context, refusal);
            return;
        }
        var rate = limit.Take(token!.ClientId);
        if (rate.IsOver)
        {
            await errors.WriteAsync(context, new ApiError(429) { RetryAfter = rate.Reset, Rate = rate });
            return;
        }
        if (fault?.Answer == "slow")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMs!.Value), time, context.RequestAborted);
        }
        var (good, body, error) = await answer(token);
        if (error is not null)
        {
            await errors.WriteAsync(context, error with { Rate = rate });
            return;
        }
        errors.WriteHeaders(context, rate);
        if (body.Length > 0)
        {
            await DetailsAnswer.SendAsync(context, good, body, fault?.Answer);
            return;
        }
        context.Response.StatusCode = good;
    }
}
