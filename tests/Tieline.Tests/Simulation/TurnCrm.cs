using System.Net;

namespace Tieline.Tests.Simulation;

/// <summary>A CRM that answers when it is told to, whichever request is named.</summary>
internal sealed class TurnCrm : HttpMessageHandler
{
    private readonly List<(string Id, TaskCompletionSource<HttpResponseMessage> Answer)> _requests = [];

    public int Waiting => _requests.Count;

    /// <returns>Which event it was.</returns>
    public string Answer(int index, HttpStatusCode status)
    {
        var (id, request) = _requests[index];
        _requests.RemoveAt(index);
        request.TrySetResult(new HttpResponseMessage(status) { Content = new ByteArrayContent([]) });
        return id;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        var waiting = (request.Headers.GetValues("webhook-id").Single(), answer);
        cancellationToken.Register(() =>
        {
            _requests.Remove(waiting);
            answer.TrySetCanceled(cancellationToken);
        });
        _requests.Add(waiting);
        return answer.Task;
    }
}
