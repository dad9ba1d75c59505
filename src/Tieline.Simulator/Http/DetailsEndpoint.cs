using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Details;

namespace Tieline.Simulator.Http;

/// <summary>Everything under <c>/api/v2/analytics/conversations/details/</c>: who may ask, how often, and what goes wrong on purpose.</summary>
internal sealed class DetailsEndpoint(
    DetailsSettings settings, TimeProvider time, ApiDoor door, FaultDesk faults, Counters counters, DetailsSearch search, DetailsAnswer answers, DetailsJobs jobs)
{
    /// <param name="context">The request.</param>
    /// <param name="call">The path after <c>details/</c>.</param>
    /// <param name="counted">Called when it is in the counts: after an answer, at once when there will be none.</param>
    public Task HandleAsync(HttpContext context, string call, Action counted)
    {
        var fault = faults.Take("details", fault => Concerns(fault, context.Request.Method, call));
        return door.HandleAsync(context, fault, counters.Details, _ => AnswerAsync(context.Request, call, fault?.Answer), counted);
    }

    /// <summary>What concerns rows waits for a request that has some.</summary>
    private static bool Concerns(SimulatorFault fault, string method, string call) => fault.Answer switch
    {
        "empty" or "truncated" => call == "query" || call.EndsWith("/results", StringComparison.Ordinal),
        "jobFails" => method == "POST" && call == "jobs",
        _ => true,
    };

    private async Task<ApiAnswer> AnswerAsync(HttpRequest request, string call, string? fault)
    {
        try
        {
            if ((request.Method, call) == ("POST", "query"))
            {
                return ApiAnswer.Ok(Query(DetailsQuery.Parse(await Json.ReadAsync(request), isJob: false), fault));
            }
            return await jobs.AnswerAsync(request, call, fault) is (var status, var body) ? new ApiAnswer(status, body, null) : ApiAnswer.Failed(404);
        }
        catch (QueryException e)
        {
            return ApiAnswer.Failed(400, e.Code, e.Message);
        }
    }

    private byte[] Query(DetailsQuery query, string? fault)
    {
        var now = time.GetUtcNow();
        var (found, total) = search.Find(
            query, (now - settings.Lag).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(), settings.Match, (query.PageNumber - 1) * query.PageSize, query.PageSize);
        var page = Rows.Told(found, fault);
        counters.CountRows(page.Count);
        return answers.Rows(page, ofJob: false, json => json.WriteNumber("totalHits", fault == "empty" ? 0 : total));
    }
}
