using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Details;

namespace Tieline.Simulator.Http;

/// <summary><c>details/jobs</c>: the same rows from the data lake, which is behind and takes its time.</summary>
internal sealed class DetailsJobs(
    GenesysSimulatorOptions options, TimeProvider time, JobDesk desk, DetailsSearch search, DetailsAnswer answers, Counters counters)
{
    private const int DefaultPageSize = 1000;

    public async Task<(int Status, byte[] Body)?> AnswerAsync(HttpRequest request, string call, string? fault)
    {
        var parts = call.Split('/');
        if (parts[0] != "jobs")
        {
            return null;
        }
        if (parts.Length == 1)
        {
            return request.Method == "POST" ? await SubmitAsync(request, fault) : null;
        }
        if (request.Method == "GET" && call == "jobs/availability")
        {
            return (200, DetailsAnswer.Make(json => Write(json, "dataAvailabilityDate", time.GetUtcNow() - options.JobsBehind)));
        }
        if (desk.Find(parts[1]) is not { } job)
        {
            return null;
        }
        return (request.Method, parts.Length == 2 ? "" : parts[2], parts.Length) switch
        {
            ("GET", "", _) => (200, State(job)),
            ("GET", "results", 3) => (200, Results(job, request.Query, fault)),
            ("DELETE", "", _) => Cancel(job),
            _ => null,
        };
    }

    private static (int Status, byte[] Body)? Cancel(DetailsJob job)
    {
        job.Cancel();
        return (204, []);
    }

    private async Task<(int Status, byte[] Body)?> SubmitAsync(HttpRequest request, string? fault)
    {
        var query = DetailsQuery.Parse(await Json.ReadAsync(request), isJob: true);
        var job = desk.Submit(query, time.GetUtcNow(), options.JobTime, fault == "jobFails");
        return (202, DetailsAnswer.Make(json => json.WriteString("jobId", job.Id)));
    }

    private byte[] State(DetailsJob job) => DetailsAnswer.Make(json =>
    {
        var state = job.StateAt(time.GetUtcNow());
        json.WriteString("state", state);
        Write(json, "submissionDate", job.SubmittedAt);
        if (state is "FULFILLED" or "FAILED")
        {
            Write(json, "completionDate", job.CompletedAt);
        }
        if (state == "FAILED")
        {
            json.WriteString("errorMessage", "The job could not be completed.");
        }
        Write(json, "expirationDate", job.ExpiresAt);
    });

    private byte[] Results(DetailsJob job, IQueryCollection query, string? fault)
    {
        if (job.StateAt(time.GetUtcNow()) is not "FULFILLED" and var state)
        {
            throw new QueryException("bad.request", $"The job has no results: it is {state}");
        }
        var from = Number(query["cursor"], 0, int.MaxValue, "cursor") ?? 0;
        var size = Number(query["pageSize"], 1, DefaultPageSize, "pageSize") ?? DefaultPageSize;
        var available = job.CompletedAt - options.JobsBehind;
        var (found, total) = search.Find(job.Query, available.ToUnixTimeMilliseconds(), job.CompletedAt.ToUnixTimeMilliseconds(), match: null, from, size);
        var page = Rows.Told(found, fault);
        counters.CountRows(page.Count);
        return answers.Rows(page, ofJob: true, json =>
        {
            if (from + size < total)
            {
                json.WriteString("cursor", (from + size).ToString());
            }
            Write(json, "dataAvailabilityDate", available);
        });
    }

    private static int? Number(string? text, int least, int most, string name) =>
        string.IsNullOrEmpty(text) ? null
        : int.TryParse(text, out var number) && number >= least && number <= most ? number
        : throw new QueryException("invalid.value", $"{name} is wrong");

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset at) =>
        json.WriteString(name, at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ"));
}
