namespace Tieline.Simulator.Crm;

/// <summary>Webhooks in order of arrival, and their count by answer.</summary>
internal sealed class RequestLog(bool keep)
{
    private readonly Lock _gate = new();
    private readonly List<CrmRequest> _requests = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<int, long> _answers = [];
    private long _count;
    private long _processed;
    private DateTimeOffset? _last;

    /// <param name="make">Given the request's place in the order.</param>
    public CrmRequest Add(Func<long, CrmRequest> make)
    {
        lock (_gate)
        {
            var request = make(_count++);
            _last = request.ArrivedAt;
            if (keep)
            {
                _requests.Add(request);
            }
            return request;
        }
    }

    public void Settle(CrmRequest request, int status, bool processed)
    {
        lock (_gate)
        {
            request.Status = status;
            request.Processed = processed;
            _answers[status] = _answers.GetValueOrDefault(status) + 1;
            _processed += processed ? 1 : 0;
            if (keep && processed && request.Id is not null)
            {
                _ids.Add(request.Id);
            }
        }
    }

    public IReadOnlyList<CrmRequest> From(long index)
    {
        lock (_gate)
        {
            return index >= _requests.Count ? [] : _requests.GetRange((int)index, _requests.Count - (int)index);
        }
    }

    public CrmStatus Status(string url, string controlUrl, bool down)
    {
        lock (_gate)
        {
            return new CrmStatus(url, controlUrl, down, _count, _processed, _ids.Count, new Dictionary<int, long>(_answers), _last);
        }
    }
}
