using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tieline.Journal;

namespace Tieline.Tests.Delivery;

/// <summary>A CRM on a real socket: keeps what it was sent, and answers as the test tells it.</summary>
internal sealed class CrmServer : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<CrmRequest> _requests = new();
    private readonly Dictionary<string, List<string>> _accepted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _busy = new(StringComparer.Ordinal);
    private int _count;

    private CrmServer(WebApplication app) => _app = app;

    /// <summary>Sets the answer's status, and whatever else; 200 unless told. What it does not accept of a batch that it accepts, it puts into the context's items, by id.</summary>
    public Func<CrmRequest, HttpContext, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public Uri Url { get; private set; } = null!;

    /// <summary>In the order of their arrival.</summary>
    public IReadOnlyCollection<CrmRequest> Requests => _requests;

    /// <summary>How many requests have come, to be waited for.</summary>
    public Progress Arrived { get; } = new(0);

    /// <summary>Requests that came while another of the same conversation was being answered.</summary>
    public int Overlaps { get; private set; }

    public int MostAtOnce { get; private set; }

    public static async Task<CrmServer> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var crm = new CrmServer(app);
        app.Run(crm.ReceiveAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        crm.Url = new Uri(app.Urls.Single() + "/hook");
        return crm;
    }

    /// <summary>Ids that were accepted, by conversation, in the order in which they were.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Accepted
    {
        get
        {
            lock (_gate)
                return _accepted.ToDictionary(one => one.Key, IReadOnlyList<string> (one) => [.. one.Value], StringComparer.Ordinal);
        }
    }

    /// <summary>Answers with these one after the other, with 200 when they are used up.</summary>
    public void AnswerWith(params int[] statuses)
    {
        var next = new ConcurrentQueue<int>(statuses);
        Answer = (_, context) =>
        {
            context.Response.StatusCode = next.TryDequeue(out var status) ? status : 200;
            return Task.CompletedTask;
        };
    }

    /// <summary>Breaks what is open, and refuses connections from then on.</summary>
    public ValueTask DisposeAsync() => StopAsync();

    private async ValueTask StopAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var id = context.Request.Headers["webhook-id"].ToString();
        var events = EventsOf(body, id);
        var conversations = events.Select(e => e.ConversationId).Distinct().ToList();
        CrmRequest request;
        lock (_gate)
        {
            request = new CrmRequest(
                ++_count, id, conversations[0], body, context.Request.Method,
                long.Parse(context.Request.Headers["webhook-timestamp"].ToString(), CultureInfo.InvariantCulture))
            { Events = events };
            _requests.Enqueue(request);
            Overlaps += conversations.Count(conversation => !_busy.Add(conversation));
            MostAtOnce = Math.Max(MostAtOnce, _busy.Count);
        }

        Arrived.Advance(request.Number);
        try
        {
            await Answer(request, context);
        }
        finally
        {
            lock (_gate)
            {
                _busy.ExceptWith(conversations);
                if (context.Response.StatusCode is >= 200 and < 300 && !context.RequestAborted.IsCancellationRequested)
                {
                    foreach (var e in events.Where(e => context.Items[e.Id] is null))
                        (_accepted.TryGetValue(e.ConversationId, out var ids) ? ids : _accepted[e.ConversationId] = []).Add(e.Id);
                }
            }
        }
    }

    private static List<(string Id, string ConversationId)> EventsOf(string body, string id)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.ValueKind == JsonValueKind.Array
            ? [.. json.RootElement.EnumerateArray().Select(item => (item.GetProperty("id").GetString()!, item.GetProperty("conversationId").GetString()!))]
            : [(id, json.RootElement.GetProperty("conversationId").GetString()!)];
    }
}

/// <param name="Number">From 1, in the order of arrival.</param>
/// <param name="Id">The header <c>webhook-id</c>.</param>
/// <param name="ConversationId">Of a batch, the first.</param>
internal sealed record CrmRequest(int Number, string Id, string ConversationId, string Body, string Method, long Timestamp)
{
    /// <summary>One where it is no batch.</summary>
    public IReadOnlyList<(string Id, string ConversationId)> Events { get; init; } = [];
}
