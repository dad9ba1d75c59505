using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Tieline.Http;

namespace Tieline.Genesys;

/// <summary>Single calls of the notifications API, each of which waits for <see cref="RestBudget"/> first. Throws only for cancellation. Safe from any thread.</summary>
/// <param name="api"><see cref="GenesysEndpoints.Api"/>.</param>
/// <param name="http">Over a handler that follows no redirects (<see cref="GenesysHttp"/>).</param>
internal sealed class ChannelClient(Uri api, ConnectUriRule rule, TokenProvider tokens, HttpMessageInvoker http, RestBudget budget, TimeProvider time)
{
    /// <summary>How long one call may take, its answer's body included.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>How long <see cref="ReleaseAsync"/> may take: the service may be stopping.</summary>
    public static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(3);

    private const string Channels = "/api/v2/notifications/channels";
    private const string RoutingQueues = "/api/v2/routing/queues";
    private const int PageSize = 100;

    /// <summary>More queues than this cannot be listened to anyway.</summary>
    private const int MaxPages = 1000;

    private const int MaxBody = 8 * 1024 * 1024;

    private static readonly MediaTypeHeaderValue _json = new("application/json");

    /// <summary>A new channel, without topics.</summary>
    public Task<ChannelOutcome<NotificationChannel>> CreateAsync(CancellationToken cancellation) =>
        CallAsync(new Call<NotificationChannel>(HttpMethod.Post, Channels, "{}"u8.ToArray(), "the creation of a channel", (body, grant) => ChannelReply.Created(body, grant, rule)), cancellation);

    /// <summary>Whether a channel still lives: <see cref="ChannelOutcome{T}.Ok"/> or <see cref="ChannelOutcome{T}.Gone"/>.</summary>
    public Task<ChannelOutcome<NotificationChannel>> VerifyAsync(NotificationChannel channel, CancellationToken cancellation) =>
        CallAsync(new Call<NotificationChannel>(HttpMethod.Head, PathOf(channel), null, "a look at the channel", (_, _) => new ChannelOutcome<NotificationChannel>.Ok(channel)), cancellation);

    /// <summary>Every channel of the OAuth client, those of other processes too.</summary>
    public Task<ChannelOutcome<IReadOnlyList<ListedChannel>>> ListAsync(CancellationToken cancellation) => CallAsync(
        new Call<IReadOnlyList<ListedChannel>>(HttpMethod.Get, $"{Channels}?includechannels=oauthclient", null, "the list of channels", (body, _) => ChannelReply.Listed(body)), cancellation);

    /// <summary>Makes these the channel's topics, all of them; each is permitted or refused alone. One call per channel at a time.</summary>
    public Task<ChannelOutcome<IReadOnlyList<TopicResult>>> SubscribeAsync(NotificationChannel channel, IReadOnlyCollection<string> topics, CancellationToken cancellation) => CallAsync(
        new Call<IReadOnlyList<TopicResult>>(
            HttpMethod.Put, $"{PathOf(channel)}/subscriptions?ignoreErrors=true", Body(topics), "a subscription", (body, _) => ChannelReply.Subscribed(body)),
        cancellation);

    /// <summary>Takes all topics from a channel that is not needed any more: it cannot be deleted. One attempt, which neither waits for the budget nor can be cancelled.</summary>
    public async Task ReleaseAsync(NotificationChannel channel)
    {
        using var timeout = new CancellationTokenSource(ReleaseTimeout, time);
        try
        {
            if (await tokens.GetAsync(timeout.Token) is not TokenOutcome.Granted granted)
                return;
            budget.Count();
            await SendAsync(HttpMethod.Delete, $"{PathOf(channel)}/subscriptions", null, granted.Token, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            // It goes by itself when it expires.
        }
    }

    /// <summary>Every queue that the OAuth client may see.</summary>
    public async Task<ChannelOutcome<IReadOnlyList<RoutingQueue>>> ReadQueuesAsync(CancellationToken cancellation)
    {
        var queues = new List<RoutingQueue>();
        for (var page = 1; ; page++)
        {
            var path = $"{RoutingQueues}?pageSize={PageSize}&pageNumber={page}&sortOrder=asc";
            var outcome = await CallAsync(
                new Call<(IReadOnlyList<RoutingQueue> Queues, int Pages)>(HttpMethod.Get, path, null, "the list of queues", (body, _) => ChannelReply.Queues(body)), cancellation);
            if (outcome is not ChannelOutcome<(IReadOnlyList<RoutingQueue> Queues, int Pages)>.Ok(var answer))
                return Failed(outcome);
            queues.AddRange(answer.Queues);
            if (page >= Math.Min(answer.Pages, MaxPages) || answer.Queues.Count == 0)
                return new ChannelOutcome<IReadOnlyList<RoutingQueue>>.Ok([.. queues.DistinctBy(queue => queue.Id, StringComparer.OrdinalIgnoreCase)]); // pages may shift
        }
    }

    private static ChannelOutcome<IReadOnlyList<RoutingQueue>> Failed<T>(ChannelOutcome<T> outcome) => outcome switch
    {
        ChannelOutcome<T>.Refused refused => new ChannelOutcome<IReadOnlyList<RoutingQueue>>.Refused(refused.Reason, refused.MissingPermission),
        ChannelOutcome<T>.TokenRefused refused => new ChannelOutcome<IReadOnlyList<RoutingQueue>>.TokenRefused(refused.Reason),
        ChannelOutcome<T>.Retry retry => new ChannelOutcome<IReadOnlyList<RoutingQueue>>.Retry(retry.Reason, retry.After, retry.HadToken),
        _ => new ChannelOutcome<IReadOnlyList<RoutingQueue>>.Gone(),
    };

    private async Task<ChannelOutcome<T>> CallAsync<T>(Call<T> call, CancellationToken cancellation)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            // The budget first: a token may die while we wait.
            await budget.WaitAsync(CallPurpose.Reconnect, cancellation);
            switch (await tokens.GetAsync(cancellation))
            {
                case TokenOutcome.Granted granted:
                    var answer = await SendAsync(call.Method, call.Path, call.Body, granted.Token, cancellation);
                    if (answer.Status == HttpStatusCode.Unauthorized)
                        tokens.Invalidate(granted.Token);
                    if (answer.Status == HttpStatusCode.Unauthorized && !isSecond)
                        continue;
                    return Judge(call, answer, granted);
                case TokenOutcome.Refused refused:
                    return new ChannelOutcome<T>.TokenRefused(refused.Reason);
                case TokenOutcome.Unavailable unavailable:
                    return new ChannelOutcome<T>.Retry(unavailable.Reason, unavailable.RetryAfter, HadToken: false);
                case var other:
                    throw new InvalidOperationException($"Unknown token outcome {other.GetType().Name}");
            }
        }
    }

    private static ChannelOutcome<T> Judge<T>(Call<T> call, Answer answer, TokenOutcome.Granted granted) => answer switch
    {
        { Broken: { } reason } => new ChannelOutcome<T>.Retry(reason, null),
        { IsPage: true } => ChannelReply.Page<T>(answer.Status, call.What),
        { IsSuccess: true } => call.Read(answer.Body, granted),
        _ => ChannelReply.Failure<T>(answer.Status, answer.Body, answer.RetryAfter, call.What),
    };

    private async Task<Answer> SendAsync(HttpMethod method, string path, byte[]? content, Secret token, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        using var request = new HttpRequestMessage(method, api.GetLeftPart(UriPartial.Path).TrimEnd('/') + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Reveal());
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (content is not null)
            request.Content = new ByteArrayContent(content) { Headers = { ContentType = _json } };
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            var retryAfter = RetryAfter.Read(response.Headers, time.GetUtcNow());
            if (retryAfter is { } hold)
                budget.Hold(hold);
            using var body = await DetailsBody.ReadAsync(response.Content, MaxBody, either.Token);
            return body.IsTooBig
                ? new Answer(default, default, null, $"Genesys's answer is larger than {MaxBody / (1024 * 1024)} MiB; is {api.Host} Genesys?")
                : new Answer(response.StatusCode, body.Bytes.ToArray(), retryAfter, null)
                {
                    // An answer to HEAD has no body: there the type's name must do.
                    IsPage = response.IsSuccessStatusCode && (method == HttpMethod.Head ? HtmlPage.IsNamed(response.Content.Headers) : HtmlPage.Is(response.Content.Headers, body.Bytes.Span)),
                };
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new Answer(default, default, null, WhatBroke(e, timeout.IsCancellationRequested));
        }
    }

    // No exception's own text: it may hold the address, and so the channel's id.
    private string WhatBroke(Exception e, bool timedOut) => e switch
    {
        _ when timedOut => $"{api.Host}:{api.Port} did not answer within {Timeout.TotalSeconds} s",
        HttpRequestException request => $"{api.Host}:{api.Port} cannot be reached ({request.HttpRequestError}); is it open outbound?",
        _ => "Genesys's answer broke off",
    };

    private static string PathOf(NotificationChannel channel) => $"{Channels}/{Uri.EscapeDataString(channel.Id.Reveal())}";

    private static byte[] Body(IReadOnlyCollection<string> topics)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * (topics.Count + 1));
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var topic in topics)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, topic);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <param name="What">For messages: what was asked of Genesys.</param>
    /// <param name="Read">What a 2xx means.</param>
    private sealed record Call<T>(HttpMethod Method, string Path, byte[]? Body, string What, Func<ReadOnlyMemory<byte>, TokenOutcome.Granted, ChannelOutcome<T>> Read);

    /// <param name="Broken">Why there is no answer.</param>
    private readonly record struct Answer(HttpStatusCode Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter, string? Broken)
    {
        public bool IsSuccess => (int)Status is >= 200 and < 300;

        /// <summary>2xx, but for people.</summary>
        public bool IsPage { get; init; }
    }
}
