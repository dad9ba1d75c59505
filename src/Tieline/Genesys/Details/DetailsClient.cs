using System.Net;
using System.Net.Http.Headers;
using Tieline.Diagnostics;
using Tieline.Http;

namespace Tieline.Genesys;

/// <summary>Single calls of the details API, each of which waits for <see cref="RestBudget"/> first. Throws only for cancellation. Safe from any thread.</summary>
/// <param name="details"><see cref="GenesysEndpoints.Details"/>.</param>
/// <param name="http">Over a handler that follows no redirects (<see cref="GenesysHttp"/>).</param>
internal sealed class DetailsClient(Uri details, TokenProvider tokens, HttpMessageInvoker http, RestBudget budget, TimeProvider time, TielineMetrics metrics)
{
    /// <summary>How long one call may take, its answer's body included.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>How long <see cref="DeleteAsync"/> may take: the service may be stopping.</summary>
    public static readonly TimeSpan DeleteTimeout = TimeSpan.FromSeconds(3);

    private static readonly MediaTypeHeaderValue _json = new("application/json");

    /// <returns><see cref="DetailsOutcome.Page"/>, <see cref="DetailsOutcome.Retry"/> or <see cref="DetailsOutcome.Refused"/>.</returns>
    public Task<DetailsOutcome> QueryAsync(DetailsQuery query, CancellationToken cancellation) =>
        CallAsync(new Call(HttpMethod.Post, "/query", DetailsRequest.ForQuery(query), DetailsReply.Page, "page"), cancellation);

    /// <returns><see cref="DetailsOutcome.Submitted"/>, <see cref="DetailsOutcome.Retry"/> or <see cref="DetailsOutcome.Refused"/>.</returns>
    public Task<DetailsOutcome> SubmitAsync(DetailsSpan slice, CancellationToken cancellation) =>
        CallAsync(new Call(HttpMethod.Post, "/jobs", DetailsRequest.ForJob(slice), body => DetailsReply.Submitted(body.Bytes)), cancellation);

    /// <returns><see cref="DetailsOutcome.Polled"/>, <see cref="DetailsOutcome.Retry"/> or <see cref="DetailsOutcome.Refused"/>.</returns>
    public Task<DetailsOutcome> PollAsync(string job, CancellationToken cancellation) =>
        CallAsync(new Call(HttpMethod.Get, $"/jobs/{Uri.EscapeDataString(job)}", null, body => DetailsReply.Polled(body.Bytes)), cancellation);

    /// <param name="cursor">The last page's; null for the first.</param>
    /// <returns>As <see cref="QueryAsync"/>.</returns>
    public Task<DetailsOutcome> ReadResultsAsync(string job, string? cursor, CancellationToken cancellation)
    {
        var path = $"/jobs/{Uri.EscapeDataString(job)}/results?pageSize={DetailsQuery.PageSize}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}";
        return CallAsync(new Call(HttpMethod.Get, path, null, DetailsReply.Page), cancellation);
    }

    /// <returns><see cref="DetailsOutcome.Available"/>, <see cref="DetailsOutcome.Retry"/> or <see cref="DetailsOutcome.Refused"/>.</returns>
    public Task<DetailsOutcome> ReadAvailabilityAsync(CancellationToken cancellation) =>
        CallAsync(new Call(HttpMethod.Get, "/jobs/availability", null, body => DetailsReply.Available(body.Bytes)), cancellation);

    /// <summary>One conversation, as an element of a page.</summary>
    /// <returns><see cref="DetailsOutcome.Page"/>, <see cref="DetailsOutcome.Unknown"/>, <see cref="DetailsOutcome.Retry"/> or <see cref="DetailsOutcome.Refused"/>.</returns>
    public Task<DetailsOutcome> ReadConversationAsync(string conversation, CancellationToken cancellation) =>
        CallAsync(new Call(HttpMethod.Get, $"../{Uri.EscapeDataString(conversation)}/details", null, DetailsReply.Conversation, "conversation"), cancellation);

    /// <summary>Several conversations at once, as a page. Those that Genesys does not know are not on it.</summary>
    /// <returns><see cref="DetailsOutcome.Page"/>, <see cref="DetailsOutcome.Retry"/> or <see cref="DetailsOutcome.Refused"/>.</returns>
    public Task<DetailsOutcome> ReadConversationsAsync(IEnumerable<string> conversations, CancellationToken cancellation) =>
        CallAsync(new Call(HttpMethod.Get, $"?id={string.Join(',', conversations.Select(Uri.EscapeDataString))}", null, DetailsReply.Page, "page"), cancellation);

    /// <summary>One attempt, which neither waits for the budget nor can be cancelled: whoever cancels a job is leaving.</summary>
    public async Task DeleteAsync(string job)
    {
        using var timeout = new CancellationTokenSource(DeleteTimeout, time);
        try
        {
            if (await tokens.GetAsync(timeout.Token) is not TokenOutcome.Granted granted)
                return;
            budget.Count();
            var call = new Call(HttpMethod.Delete, $"/jobs/{Uri.EscapeDataString(job)}", null, _ => new DetailsOutcome.Deleted());
            Note(await SendAsync(call, granted.Token, timeout.Token), call.Tag);
        }
        catch (OperationCanceledException)
        {
            // It ends by itself when it expires.
        }
    }

    private async Task<DetailsOutcome> CallAsync(Call call, CancellationToken cancellation)
    {
        var outcome = await TryAsync(call, isSecond: false, cancellation);
        if (outcome is DetailsOutcome.Unauthorised)
            outcome = await TryAsync(call, isSecond: true, cancellation);
        if (outcome is DetailsOutcome.Unauthorised unauthorised)
            outcome = DetailsReply.RefusedTwice(unauthorised.Code);
        Note(outcome, call.Tag);
        return outcome;
    }

    private async Task<DetailsOutcome> TryAsync(Call call, bool isSecond, CancellationToken cancellation)
    {
        // The budget first: a token may die while we wait.
        await budget.WaitAsync(CallPurpose.Backfill, cancellation);
        switch (await tokens.GetAsync(cancellation))
        {
            case TokenOutcome.Granted granted:
                var outcome = await SendAsync(call, granted.Token, cancellation);
                if (outcome is DetailsOutcome.Unauthorised && !isSecond)
                    tokens.Invalidate(granted.Token);
                return outcome;
            case TokenOutcome.Refused refused:
                return new DetailsOutcome.Refused(refused.Reason);
            case TokenOutcome.Unavailable unavailable:
                return new DetailsOutcome.Retry(unavailable.Reason, unavailable.RetryAfter);
            case var other:
                throw new InvalidOperationException($"Unknown token outcome {other.GetType().Name}");
        }
    }

    private async Task<DetailsOutcome> SendAsync(Call call, Secret token, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        using var request = Request(call, token);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            return await JudgeAsync(call, response, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new DetailsOutcome.Retry(WhatBroke(e, timeout.IsCancellationRequested), null) { IsOfThisCall = timeout.IsCancellationRequested || e is IOException };
        }
    }

    private HttpRequestMessage Request(Call call, Secret token)
    {
        var path = details.GetLeftPart(UriPartial.Path);
        var request = new HttpRequestMessage(call.Method, call.Path[0] is '/' or '?' ? new Uri(path + call.Path) : new Uri(new Uri(path + '/'), call.Path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Reveal());
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (call.Body is not null)
            request.Content = new ByteArrayContent(call.Body) { Headers = { ContentType = _json } };
        return request;
    }

    private async Task<DetailsOutcome> JudgeAsync(Call call, HttpResponseMessage response, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
        {
            var retryAfter = RetryAfter.Read(response.Headers, time.GetUtcNow());
            if (retryAfter is { } hold)
                budget.Hold(hold);
            using var error = await DetailsBody.ReadAsync(response.Content, DetailsReply.MaxBytes, cancellation);
            if (response.StatusCode == HttpStatusCode.NotFound && call.Tag == "conversation")
                return new DetailsOutcome.Unknown();
            var failure = DetailsReply.Failure(response.StatusCode, error.Bytes, retryAfter);
            return response.StatusCode == HttpStatusCode.TooManyRequests ? failure : OfThisCall(failure);
        }

        var body = await DetailsBody.ReadAsync(response.Content, DetailsBody.MaxBytes, cancellation);
        var outcome = body.IsTooBig
            ? new DetailsOutcome.Refused($"Genesys's answer is larger than {DetailsBody.MaxBytes / (1024 * 1024)} MiB; is {details.Host} Genesys?")
            : HtmlPage.Is(response.Content.Headers, body.Bytes.Span)
            ? DetailsReply.Page(response.StatusCode, details.Host)
            : call.Read(body);
        if (outcome is not DetailsOutcome.Page)
            body.Dispose();
        return OfThisCall(outcome);
    }

    private static DetailsOutcome OfThisCall(DetailsOutcome outcome) => outcome switch
    {
        DetailsOutcome.Retry retry => retry with { IsOfThisCall = true },
        DetailsOutcome.Refused refused => refused with { IsOfThisCall = true },
        _ => outcome,
    };

    private string WhatBroke(Exception e, bool timedOut) => e switch
    {
        _ when timedOut => $"{details.Host}:{details.Port} did not answer within {Timeout.TotalSeconds} s",
        HttpRequestException request => $"{details.Host}:{details.Port} cannot be reached ({request.HttpRequestError}); is it open outbound?",
        _ => "Genesys's answer broke off",
    };

    private void Note(DetailsOutcome outcome, string tag) => metrics.Queries.Add(1, new KeyValuePair<string, object?>("tieline.query.outcome", outcome switch
    {
        DetailsOutcome.Retry => "retry",
        DetailsOutcome.Refused or DetailsOutcome.Unauthorised => "refused",
        _ => tag,
    }));

    /// <param name="Path">Below <c>details</c>, or its query; without a slash or a question mark before it, relative to that.</param>
    /// <param name="Read">What a 2xx means; a page takes the body over.</param>
    /// <param name="Tag">The metric's outcome where it went well.</param>
    private sealed record Call(HttpMethod Method, string Path, byte[]? Body, Func<DetailsBody, DetailsOutcome> Read, string Tag = "job");
}
