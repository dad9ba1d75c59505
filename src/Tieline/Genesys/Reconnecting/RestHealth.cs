using System.Net;
using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>Whether Genesys answers REST calls and token requests, as each of them shows: a sign of whether the region is back. Safe from any thread.</summary>
internal sealed class RestHealth(TimeProvider time)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _answered = New();
    private RestSign _sign;
    private MonotonicTime? _failedAt;
    private MonotonicTime _notedAt = MonotonicTime.Always;

    public RestSign Sign
    {
        get
        {
            lock (_gate)
                return _sign;
        }
    }

    /// <summary>Whether the last request failed.</summary>
    public bool IsDown
    {
        get
        {
            lock (_gate)
                return _failedAt is not null;
        }
    }

    /// <summary>When something was known last.</summary>
    public MonotonicTime NotedAt
    {
        get
        {
            lock (_gate)
                return _notedAt;
        }
    }

    /// <summary>Done at the next answer.</summary>
    public Task AnsweredAsync()
    {
        lock (_gate)
            return _answered.Task;
    }

    /// <summary>What a status says. 429 and 408 say neither, nor does what only a proxy sends (3xx, 407).</summary>
    /// <param name="sentAt">When the request went out.</param>
    public void Note(HttpStatusCode status, MonotonicTime sentAt)
    {
        switch ((int)status)
        {
            case >= 500:
                Failed();
                break;
            case 407 or 408 or 429:
                break;
            case (>= 200 and < 300) or >= 400:
                Answered(sentAt);
                break;
            default:
                break;
        }
    }

    /// <summary>A request had no answer, or one that shows that Genesys is in trouble.</summary>
    public void Failed()
    {
        lock (_gate)
            _failedAt = _notedAt = time.GetMonotonicTime();
    }

    /// <summary>Notes of everything that passes through <paramref name="inner"/>.</summary>
    public static HttpMessageHandler Watched(RestHealth? rest, HttpMessageHandler inner) => rest is null ? inner : new Handler(rest, inner);

    private void Answered(MonotonicTime sentAt)
    {
        TaskCompletionSource answered;
        lock (_gate)
        {
            if (sentAt < _failedAt)
                return; // it is older than the failure, and says nothing about now
            _notedAt = time.GetMonotonicTime();
            _sign = new RestSign(sentAt, _failedAt is null ? _sign.ReturnedAt : sentAt);
            _failedAt = null;
            (answered, _answered) = (_answered, New());
        }

        answered.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Handler(RestHealth rest, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var sentAt = rest.NowAt();
            try
            {
                var response = await base.SendAsync(request, cancellationToken);
                rest.Note(response.StatusCode, sentAt);
                return response;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                rest.Failed();
                throw;
            }
        }
    }

    private MonotonicTime NowAt() => time.GetMonotonicTime();
}
