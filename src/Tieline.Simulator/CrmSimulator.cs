using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Tieline.Simulator.Crm;
using Tieline.Simulator.Crm.Presets;
using Tieline.Simulator.Http;
using Tieline.Simulator.Streams;

namespace Tieline.Simulator;

/// <summary>A CRM on loopback that takes webhooks at any path, remembers them, and answers as it is told.</summary>
public sealed class CrmSimulator : IAsyncDisposable
{
    /// <summary>Path of the control API.</summary>
    public const string ControlPath = "/_simulator/";

    private const int MaxBody = 4 * 1024 * 1024;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CrmSimulatorOptions _options;
    private readonly TimeProvider _time;
    private readonly RequestLog _log;
    private readonly AnswerBook _answers = new();
    private readonly CrmControl _control;
    private readonly Pulse _changed = new();
    private readonly CrmPreset? _preset;
    private int _inFlight;
    private Site _site = null!;
    private ITimer? _downEnd;
    private volatile bool _down;

    private CrmSimulator(CrmSimulatorOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _log = new RequestLog(options.Record);
        _control = new CrmControl(this);
        _preset = options.Preset is null ? null : CrmPreset.Create(options.Preset, options.PresetLimit, options.PresetDaily, time);
    }

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url => _site.Url;

    /// <summary>Where the control API answers even while it is down.</summary>
    public string ControlUrl => _site.ControlUrl;

    /// <summary>All figures of this moment.</summary>
    public CrmStatus Status => _log.Status(Url, ControlUrl, _down) with { Preset = _preset?.Status };

    /// <summary>What it holds by external id; empty without a preset.</summary>
    public IReadOnlyList<CrmRecord> Records => _preset?.Records ?? [];

    /// <summary>Starts one; it answers when this returns.</summary>
    /// <exception cref="ArgumentException">An option is wrong; the message lists every one that is.</exception>
    public static async Task<CrmSimulator> StartAsync(
        CrmSimulatorOptions? options = null, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        options ??= new CrmSimulatorOptions();
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors), nameof(options));
        }
        var simulator = new CrmSimulator(options, time ?? TimeProvider.System);
        simulator._site = await Site.StartAsync(options.Listen, options.ControlListen, simulator.HandleAsync, cancellation);
        return simulator;
    }

    /// <summary>The requests recorded so far, in order of arrival.</summary>
    public IReadOnlyList<CrmRequest> Requests(long from = 0) => _log.From(from);

    /// <summary>Gives this answer from now on, or to the next <see cref="CrmFault.Count"/>; after those asked for before.</summary>
    /// <exception cref="FormatException">What is wrong with it.</exception>
    public void Answer(CrmFault answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.Problem() is { } problem)
        {
            throw new FormatException(problem);
        }
        if (answer.Code is not null && _preset is null)
        {
            throw new FormatException("code is an error of a CRM's own API: it needs a preset");
        }
        _answers.Add(answer);
    }

    /// <summary>Gives the next requests these statuses, one each.</summary>
    public void Answer(params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
        {
            Answer(new CrmFault { Status = status, Count = 1 });
        }
    }

    /// <summary>With a preset that gives out tokens: none of them is good any more.</summary>
    public void RevokeTokens() => _preset?.RevokeTokens();

    /// <summary>Refuses connections and ends those that are open, as a stopped process would.</summary>
    /// <param name="duration">Null: until <see cref="UpAsync"/>.</param>
    public Task DownAsync(TimeSpan? duration = null) => DownAsync(duration, keep: null);

    /// <param name="duration">Null: until <see cref="UpAsync"/>.</param>
    /// <param name="keep">The connection that asked for it, which still wants its answer.</param>
    internal async Task DownAsync(TimeSpan? duration, string? keep)
    {
        _downEnd?.Dispose();
        _down = true;
        await _site.RefuseAsync(id => id == keep);
        if (duration is { } time)
        {
            _downEnd = _time.CreateTimer(_ => _ = UpAsync(), null, time, Timeout.InfiniteTimeSpan);
        }
        _changed.Set();
    }

    /// <summary>Takes connections again, at the same port.</summary>
    public async Task UpAsync()
    {
        _down = false;
        await _site.AcceptAsync();
        _changed.Set();
    }

    /// <summary>Waits until the status is as wanted; looks at every change.</summary>
    public async Task<CrmStatus> WaitForAsync(Func<CrmStatus, bool> wanted, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        while (true)
        {
            var next = _changed.Next;
            var status = Status;
            if (wanted(status))
            {
                return status;
            }
            await next.WaitAsync(cancellation);
        }
    }

    /// <summary>Ends, open connections too.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _downEnd?.Dispose();
        await _site.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith(ControlPath, StringComparison.Ordinal))
        {
            await _control.HandleAsync(context, path[ControlPath.Length..]);
            return;
        }
        if (_preset is null && context.Request.Method != "POST")
        {
            context.Response.StatusCode = 405;
            context.Response.Headers.Allow = "POST";
            return;
        }
        if (_down)   // on the connection that asked for it
        {
            context.Abort();
            return;
        }
        try
        {
            Interlocked.Increment(ref _inFlight);
            await TakeAsync(context, path);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            context.Abort();   // the client left in the middle of its request
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            _changed.Set();
        }
    }

    private async Task TakeAsync(HttpContext context, string path)
    {
        if (await ReadAsync(context.Request, context.RequestAborted) is not { } body)
        {
            context.Response.StatusCode = 413;
            return;
        }
        var request = _log.Add(index => new CrmRequest
        {
            Index = index,
            ArrivedAt = _time.GetUtcNow(),
            Path = path,
            Id = context.Request.Headers["webhook-id"],
            ConversationId = ConversationOf(body),
            Body = body,
            Headers = _options is { Record: true, RecordHeaders: true }
                ? [.. context.Request.Headers.Select(h => KeyValuePair.Create(h.Key, h.Value.ToString()))]
                : [],
        });
        _changed.Set();
        await AnswerAsync(context, request, _options.Decide?.Invoke(request) ?? _answers.Take(request.ConversationId));
    }

    private async Task AnswerAsync(HttpContext context, CrmRequest request, CrmAnswer? answer)
    {
        var status = answer?.Status ?? _options.Status;
        var delay = answer?.DelayMs is { } ms ? TimeSpan.FromMilliseconds(ms) : _options.Delay;
        if (delay > TimeSpan.Zero || answer?.Hang is true)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, context.RequestAborted);
            await Task.Delay(answer?.Hang is true ? Timeout.InfiniteTimeSpan : delay, _time, either.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (_preset is not null && answer is not ({ Status: not null, Code: null } or { Hang: true } or { Close: "unprocessed" }) && !context.RequestAborted.IsCancellationRequested)
        {
            await AnswerAsPresetAsync(context, request, answer);
            return;
        }
        if (answer?.Hang is true || answer?.Close is not null || context.RequestAborted.IsCancellationRequested)
        {
            _log.Settle(request, 0, processed: answer?.Close == "processed");
            context.Abort();
            return;
        }
        _log.Settle(request, status, processed: answer?.Processed ?? status is >= 200 and < 300);
        context.Response.StatusCode = status;
        var body = Encoding.UTF8.GetBytes(answer?.Body ?? "");
        context.Response.ContentLength = status is 204 or 304 ? null : body.Length;
        if (answer?.Body is not null)
        {
            context.Response.ContentType = answer.ContentType ?? "application/json";
        }
        if (answer?.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = answer.RetryAfterAsDate is true
                ? HeaderUtilities.FormatDate(_time.GetUtcNow().AddSeconds(seconds))
                : seconds.ToString();
        }
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <param name="answer">An error to answer with; or that the CRM takes it, and the connection ends in place of its answer; null: as it is.</param>
    private async Task AnswerAsPresetAsync(HttpContext context, CrmRequest request, CrmAnswer? answer)
    {
        var isCut = answer?.Close is not null;
        var reply = answer?.Code is { } code ? _preset!.Refuse(answer.Status ?? 400, code) : _preset!.Take(new PresetRequest(context.Request.Method, request.Path, context.Request.Headers, request.Body, Volatile.Read(ref _inFlight)));
        _log.Settle(request, isCut ? 0 : reply.Status, processed: reply.Status is >= 200 and < 300);
        if (isCut)
        {
            context.Abort();
            return;
        }
        foreach (var (name, value) in reply.Headers)
        {
            context.Response.Headers[name] = value;
        }
        if (answer?.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString();
        }
        if (reply.Body is null)
        {
            context.Response.StatusCode = reply.Status;
            return;
        }
        await Json.WriteAsync(context, reply.Status, reply.Body);
    }

    private static async ValueTask<byte[]?> ReadAsync(HttpRequest request, CancellationToken aborted)
    {
        if (request.ContentLength is > MaxBody)
        {
            return null;
        }
        if (request.ContentLength is { } length)
        {
            var exact = new byte[length];
            await request.Body.ReadExactlyAsync(exact, aborted);
            return exact;
        }
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, aborted);
        return body.Length > MaxBody ? null : body.ToArray();
    }

    private static string? ConversationOf(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("conversationId"u8))
                {
                    return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                }
            }
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
