using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tieline.Tests.Genesys;

/// <summary>A token endpoint and an event stream on a loopback port, told by the test what to do.</summary>
internal sealed class FakeGenesys : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<FakeSocket> _sockets = Channel.CreateUnbounded<FakeSocket>();
    private readonly CancellationTokenSource _gone = new();
    private int _tokens;
    private int _restCalls;

    private FakeGenesys(WebApplication app)
    {
        _app = app;
        app.UseWebSockets();
        app.MapPost("/oauth/token", Token);
        app.MapMethods("/api/v2/tokens/me", ["HEAD"], Rest);
        app.Map("/api/v2/analytics/events/stream", StreamAsync);
    }

    public Uri Url => new(_app.Urls.First());

    public int TokensGranted => Volatile.Read(ref _tokens);

    public int ExpiresIn { get; set; } = 86400;

    /// <summary>Granted every time instead of a new one.</summary>
    public string? SameToken { get; set; }

    /// <summary>Answers to come to token requests, before the good ones.</summary>
    public ConcurrentQueue<int> TokenAnswers { get; } = new();

    /// <summary>Answers to come to handshakes, before the good ones.</summary>
    public ConcurrentQueue<(int Status, string? RetryAfter)> HandshakeAnswers { get; } = new();

    /// <summary>The whole region is down: whatever is asked is answered 503.</summary>
    public bool IsDown { get; set; }

    /// <summary>In answers that say that it is down.</summary>
    public string? RetryAfter { get; set; }

    public int RestCalls => Volatile.Read(ref _restCalls);

    /// <summary>A deaf server reads nothing after the subscription, not even pings.</summary>
    public bool IsDeaf { get; set; }

    public static async Task<FakeGenesys> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var genesys = new FakeGenesys(builder.Build());
        await genesys._app.StartAsync();
        return genesys;
    }

    /// <summary>The next socket that has subscribed.</summary>
    public Task<FakeSocket> NextSocketAsync() => _sockets.Reader.ReadAsync().AsTask().WaitAsync(Patience.Bound);

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _app.DisposeAsync();
        _gone.Dispose();
    }

    private IResult Token()
    {
        if (IsDown)
            return Results.StatusCode(503);
        if (TokenAnswers.TryDequeue(out var status) && status != 200)
            return Results.Json(new { error = "invalid_client" }, statusCode: status);
        var number = Interlocked.Increment(ref _tokens);
        return Results.Json(new { access_token = SameToken ?? $"token-{number}", token_type = "bearer", expires_in = ExpiresIn });
    }

    private IResult Rest(HttpContext context)
    {
        Interlocked.Increment(ref _restCalls);
        if (IsDown && RetryAfter is not null)
            context.Response.Headers.RetryAfter = RetryAfter;
        return Results.StatusCode(IsDown ? 503 : context.Request.Headers.Authorization.Count == 1 ? 200 : 401);
    }

    private async Task StreamAsync(HttpContext context)
    {
        if (IsDown)
        {
            context.Response.StatusCode = 503;
            return;
        }

        if (HandshakeAnswers.TryDequeue(out var answer) && answer.Status != 101)
        {
            context.Response.StatusCode = answer.Status;
            if (answer.RetryAfter is not null)
                context.Response.Headers.RetryAfter = answer.RetryAfter;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var fake = new FakeSocket(socket, context);
        await fake.ReadSubscriptionAsync(_gone.Token);
        _sockets.Writer.TryWrite(fake);
        if (IsDeaf)
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationTokenSource.CreateLinkedTokenSource(_gone.Token, context.RequestAborted).Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        else
            await fake.ReadToEndAsync(_gone.Token);
    }
}
