using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Http;

/// <summary>No input makes a 500: a Tieline with a real journal is asked 10,000 things that its own description makes up.</summary>
public sealed class ApiFuzzTests : OrgTests
{
    private const int Requests = 10_000;
    private const int Workers = 4;

    /// <summary>An answer has at most <see cref="ApiRequest.MaxLimit"/> rows of bounded fields.</summary>
    private const int MaxAnswer = 1024 * 1024;

    /// <summary>A request that goes on (a stream, a slow replay) is left after so long.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task No_input_makes_a_500_or_an_error_in_the_log()
    {
        using var errors = new ErrorLog();
        Sandbox.Services = services => services.AddSingleton<ILoggerFactory>(errors);
        Org.Have(3);
        Org.CrmStatus = 422;
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);
        await api.BackfillAsync(6);
        var description = (await api.GetAsync("openapi.json")).AsObject();
        var statuses = new ConcurrentDictionary<HttpStatusCode, int>();
        var problems = new ConcurrentBag<string>();

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => AskAsync(api, new ApiFuzz(description, seed: 20_260_302 + worker), statuses, problems), TestContext.Current.CancellationToken)));

        problems.ShouldBeEmpty();
        errors.Messages.ShouldBeEmpty();
        statuses.Values.Sum().ShouldBe(Requests);
        statuses.Keys.ShouldContain(HttpStatusCode.OK);
        statuses.Keys.ShouldContain(HttpStatusCode.BadRequest);
        statuses.Keys.ShouldContain(HttpStatusCode.NotFound);
        (await api.GetAsync("status")).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("POST", "destinations/crm/pause", """{"reason":"\ud800"}""")]
    [InlineData("POST", "destinations/crm/resume", """{"by":"\udc00x"}""")]
    [InlineData("POST", "dead-letters/discard", """{"conversation":"a\ud800","reason":"x"}""")]
    [InlineData("POST", "dead-letters/replay", """{"destination":"\ud800"}""")]
    [InlineData("POST", "backfills", """{"\ud800":1}""")]
    [InlineData("POST", "replay", """{"from":"\ud800"}""")]
    [InlineData("POST", "filter/preview", """{"filter":{"rules":[{"type":"\ud800"}]}}""")]
    [InlineData("GET", "events?from=0001-01-01T00:00Z", null)]
    [InlineData("GET", "conversations?from=0001-01-01T00:00Z", null)]
    [InlineData("GET", "events?to=9999-12-31T23:59:59.9999999Z&from=0001-01-01T00:00:00%2B14:00", null)]
    public async Task What_is_no_text_or_no_possible_time_is_refused(string method, string path, string? body)
    {
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);
        (await api.SendAsync(method, path, body, HttpStatusCode.BadRequest))["detail"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    private static async Task AskAsync(ApiClient api, ApiFuzz fuzz, ConcurrentDictionary<HttpStatusCode, int> statuses, ConcurrentBag<string> problems)
    {
        for (var i = 0; i < Requests / Workers; i++)
        {
            var (request, told) = fuzz.Next();
            using (request)
            {
                try
                {
                    using var response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                    statuses.AddOrUpdate(response.StatusCode, 1, (_, count) => count + 1);
                    var length = await LengthAsync(response);
                    if ((int)response.StatusCode >= 500 && !(response.StatusCode == HttpStatusCode.ServiceUnavailable && response.Content.Headers.ContentType?.MediaType == Problem.ContentType))
                        problems.Add($"{(int)response.StatusCode}: {told}");
                    if (length > MaxAnswer)
                        problems.Add($"{length} bytes: {told}");
                }
                catch (HttpRequestException e)
                {
                    problems.Add($"{e.Message}: {told}");
                }
            }
        }
    }

    private static async Task<long> LengthAsync(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentType?.MediaType == ApiMedia.Events)
            return 0;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(_patience);
        var (buffer, length) = (new byte[64 * 1024], 0L);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(patience.Token);
            while (await stream.ReadAsync(buffer, patience.Token) is > 0 and var read)
                length += read;
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // It goes on, and is left.
        }

        return length;
    }

    /// <summary>Keeps what is logged as an error.</summary>
    private sealed class ErrorLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Messages { get; } = new();

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && Messages.Count < 50)
                Messages.Enqueue($"{eventId.Id} {formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
