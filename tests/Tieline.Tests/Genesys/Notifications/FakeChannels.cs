using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tieline.Tests.Genesys.Notifications;

/// <summary>A token endpoint, the notifications API and its sockets on a loopback port, told by the test what to do.</summary>
internal sealed class FakeChannels : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly Channel<FakeChannelSocket> _sockets = Channel.CreateUnbounded<FakeChannelSocket>();
    private readonly Channel<string> _subscribed = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<FakeChannelSocket, bool> _live = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokenEnds = new();
    private readonly CancellationTokenSource _gone = new();
    private int _tokens;
    private int _channels;

    private FakeChannels(WebApplication app, TimeProvider time)
    {
        (_app, _time, Quota) = (app, time, new FakeQuota(time));
        app.UseWebSockets();
        app.MapPost("/oauth/token", Grant);
        app.MapPost("/api/v2/notifications/channels", Create);
        app.MapGet("/api/v2/notifications/channels", () => Results.Json(new { entities = Leftovers.Select(id => new { id }) }));
        app.MapMethods("/api/v2/notifications/channels/{id}", ["HEAD"], (string id) => HeadAnswers.TryDequeue(out var status) ? Results.StatusCode(status) : Results.Ok());
        app.MapPut("/api/v2/notifications/channels/{id}/subscriptions", SubscribeAsync);
        app.MapDelete("/api/v2/notifications/channels/{id}/subscriptions", (string id) =>
        {
            Released.Enqueue(id);
            return Results.NoContent();
        });
        app.MapGet("/api/v2/routing/queues", (int pageSize, int pageNumber) => QueueAnswers.TryDequeue(out var status)
            ? Results.Json(new { code = "some.code" }, statusCode: status)
            : Results.Json(new { entities = Queues.Skip(pageSize * (pageNumber - 1)).Take(pageSize).Select(q => new { id = q.Id, name = q.Name }), pageCount = Math.Max(1, (Queues.Count + pageSize - 1) / pageSize) }));
        app.Map("/channels/{id}", SocketAsync);
    }

    public FakeQuota Quota { get; }

    public Uri Url => new(_app.Urls.First());

    public int TokensGranted => Volatile.Read(ref _tokens);

    public int ChannelsMade => Volatile.Read(ref _channels);

    public int TokenLife { get; set; } = 86400;

    public TimeSpan ChannelLife { get; set; } = TimeSpan.FromHours(24);

    public IList<string> Leftovers { get; } = [];

    public IList<(string Id, string Name)> Queues { get; } = [];

    /// <summary>Topics that are refused, and the permission they need.</summary>
    public ConcurrentDictionary<string, string> Refused { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What each channel is subscribed to.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<string>> Topics { get; } = new();

    public ConcurrentQueue<string> Released { get; } = new();

    /// <summary>Answers to come, before the good ones.</summary>
    public ConcurrentQueue<(int Status, string? RetryAfter)> CreateAnswers { get; } = new();

    /// <inheritdoc cref="CreateAnswers"/>
    public ConcurrentQueue<int> HeadAnswers { get; } = new();

    /// <inheritdoc cref="CreateAnswers"/>
    public ConcurrentQueue<int> HandshakeAnswers { get; } = new();

    /// <inheritdoc cref="CreateAnswers"/>
    public ConcurrentQueue<int> QueueAnswers { get; } = new();

    /// <summary>Sockets to come that answer no ping.</summary>
    public bool IsMute { get; set; }

    public static async Task<FakeChannels> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var fake = new FakeChannels(builder.Build(), time);
        await fake._app.StartAsync();
        return fake;
    }

    /// <summary>The next socket that has connected.</summary>
    public Task<FakeChannelSocket> NextSocketAsync() => _sockets.Reader.ReadAsync().AsTask().WaitAsync(Patience.Bound);

    /// <summary>The next subscription: the channel's id.</summary>
    public Task<string> NextSubscriptionAsync() => _subscribed.Reader.ReadAsync().AsTask().WaitAsync(Patience.Bound);

    /// <summary>Sends to every open socket, as Genesys does. False if there was none.</summary>
    public async Task<bool> BroadcastAsync(int number)
    {
        while (!_live.IsEmpty)
        {
            var isSent = false;
            foreach (var socket in _live.Keys)
                isSent |= await socket.NotifyAsync(number);
            if (isSent)
                return true; // else all that were open have been closed since: another has taken over
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _app.DisposeAsync();
        _gone.Dispose();
    }

    private IResult Grant()
    {
        var token = $"token-{Interlocked.Increment(ref _tokens)}";
        _tokenEnds[$"Bearer {token}"] = _time.GetUtcNow().AddSeconds(TokenLife);
        return Results.Json(new { access_token = token, expires_in = TokenLife });
    }

    private IResult Create(HttpContext context)
    {
        if (CreateAnswers.TryDequeue(out var answer) && answer.Status != 200)
        {
            if (answer.RetryAfter is not null)
                context.Response.Headers.RetryAfter = answer.RetryAfter;
            return Results.Json(new { code = "some.code" }, statusCode: answer.Status);
        }

        var id = $"streaming-{Interlocked.Increment(ref _channels).ToString(CultureInfo.InvariantCulture)}-s3cret";
        var expires = _time.GetUtcNow() + ChannelLife;
        var tokenEnd = _tokenEnds[context.Request.Headers.Authorization.ToString()];
        Quota.Make(id, expires < tokenEnd ? expires : tokenEnd);
        return Results.Json(new { id, connectUri = $"ws://127.0.0.1:{Url.Port}/channels/{id}", expires });
    }

    private async Task<IResult> SubscribeAsync(HttpContext context, string id)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var topics = body.RootElement.EnumerateArray().Select(topic => topic.GetProperty("id").GetString()!).ToList();
        Topics[id] = topics;
        _subscribed.Writer.TryWrite(id);
        return Results.Json(new
        {
            entities = topics.Select(topic => Refused.TryGetValue(topic, out var permission)
                ? (object)new { id = topic, state = "Rejected", missingPermissions = new[] { permission } }
                : new { id = topic, state = "Permitted" }),
        });
    }

    private void Ended(FakeChannelSocket socket)
    {
        _live.TryRemove(socket, out _);
        Quota.Closed(socket.Channel);
    }

    private async Task SocketAsync(HttpContext context, string id)
    {
        if (HandshakeAnswers.TryDequeue(out var status) && status != 101)
        {
            context.Response.StatusCode = status;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var fake = new FakeChannelSocket(socket, context, id, IsMute);
        _live[fake] = true;
        Quota.Opened(id);
        _sockets.Writer.TryWrite(fake);
        await fake.ReadToEndAsync(() => Ended(fake), _gone.Token);
    }
}
