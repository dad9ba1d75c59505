using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.Data.Sqlite;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

/// <summary>The journal's file, damaged at random while nobody runs: it is refused in words, or what a CRM gets is as it was written, and what it does not get is named.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private const int Events = 60;
    private const int Settled = 12;

    private readonly TempDirectory _temp = new();
    private byte[] _whole = [];
    private Dictionary<string, string> _bodies = [];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Whatever_is_damaged_no_event_goes_out_that_is_not_as_it_was_written_and_what_is_missing_is_named()
    {
        await PrepareAsync();
        var outcomes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 1; seed <= 400; seed++)
        {
#pragma warning disable CA5394 // the same damages each time
            var random = new Random(seed);
            var damaged = (byte[])_whole.Clone();
            var how = seed % 3;
            if (how == 0)
            {
                random.NextBytes(damaged.AsSpan(random.Next(100, damaged.Length - 16), 16));
            }
            else if (how == 1)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }
            else
            {
                // In the events themselves: that is what takes the room of a real journal.
                var at = random.Next(damaged.Length - 16);
                while (!damaged.AsSpan(at, 16).ContainsAnyExcept((byte)0))
                    at = random.Next(damaged.Length - 16);
                random.NextBytes(damaged.AsSpan(at, 1 + random.Next(16)));
            }
#pragma warning restore CA5394

            var outcome = await TryAsync(damaged, $"seed {seed}");
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join(", ", outcomes.OrderBy(one => one.Key).Select(one => $"{one.Key} {one.Value}")));
        outcomes.GetValueOrDefault("set aside").ShouldBeGreaterThan(20, "the damages reach events");
        outcomes.GetValueOrDefault("whole").ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(4_096)]
    [InlineData(-1)]
    [InlineData(-4_096)]
    public async Task A_file_that_was_cut_is_refused_in_words_or_begins_anew_where_nothing_is_left(int length)
    {
        await PrepareAsync();
        var outcome = await TryAsync(_whole[..(length <= 0 ? _whole.Length + length - (length == 0 ? _whole.Length : 0) : length)], $"cut to {length}", mayBeEmpty: length == 0);
        if (length != 0)
            outcome.ShouldBe("refused");
    }

    private async Task PrepareAsync()
    {
        await using var rig = new JournalRig();
        await rig.DoAsync([.. Enumerable.Range(1, Events).Select(index => new JournalWork.Append(
            Some.Redacted(index, $"5a5c561e-e0e2-57a7-82e8-3a363a8900{index % 7:x2}", TimeSpan.FromSeconds(index)), new Mark(1, index, Some.Time.AddSeconds(index)), false))]);
        var path = _temp.FileNamed("template.db");
        using (var connection = Database.OpenForWriting(rig.DatabasePath, JournalSchema.Migrations))
            Database.Execute(connection, $"VACUUM INTO '{path}'");
        _whole = await File.ReadAllBytesAsync(path, Cancellation);
        (await TryAsync(_whole, "all")).ShouldBe("whole");
        await rig.DoAsync(rig.SettleAll(Settled));
        File.Delete(path);
        using (var connection = Database.OpenForWriting(rig.DatabasePath, JournalSchema.Migrations))
            Database.Execute(connection, $"VACUUM INTO '{path}'");
        _whole = await File.ReadAllBytesAsync(path, Cancellation);
    }

    private async Task<string> TryAsync(byte[] file, string what, bool mayBeEmpty = false)
    {
        using var temp = new TempDirectory();
        var path = Path.Combine(temp.FileNamed("data"), JournalSchema.FileName);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllBytesAsync(path, file, Cancellation);
        using var directory = DataDirectory.Open(Path.GetDirectoryName(path)!);
        using var metrics = new TielineMetrics();
        var logs = new LogGuard();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        SqliteJournal journal;
        try
        {
            journal = SqliteJournal.Open(directory, [Crm], TimeProvider.System, metrics, logs.For<SqliteJournal>());
        }
        catch (StorageException e)
        {
            e.Message.ShouldContain(JournalSchema.FileName, customMessage: what);
            return "refused";
        }

        using (journal)
        using (var stopping = new CancellationTokenSource())
        using (var aborting = CancellationTokenSource.CreateLinkedTokenSource(limit.Token))
        using (var crm = new Crm200())
        using (var http = new HttpMessageInvoker(crm, disposeHandler: false))
        {
            var writing = Task.Run(() => journal.WriteAsync(aborting.Token), CancellationToken.None);
            var options = new DestinationOptions { Url = new Uri("http://crm.example/hook"), Name = Crm };
            Dispatcher dispatcher;
            try
            {
                dispatcher = new Dispatcher(
                    journal, new Destination(options, http, new WebhookRequestFactory(options, "test"), TimeProvider.System, metrics), options, TimeProvider.System, () => 0.5, metrics, logs.For<Dispatcher>());
            }
            catch (SqliteException)
            {
                await aborting.CancelAsync();
                await EndAsync(writing, what);
                return "refused";
            }

            var delivering = Task.Run(() => dispatcher.RunAsync(stopping.Token, aborting.Token), CancellationToken.None);
            // All that it can read has been taken once nothing waits; what is damaged beyond reading ends it.
            while (!delivering.IsCompleted && journal.Problem is null && dispatcher.Status is not { Waiting: 0, InFlight: 0 })
            {
                limit.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            var hasFailed = delivering.IsCompleted || journal.Problem is not null;
            await stopping.CancelAsync();
            if (hasFailed)
                await aborting.CancelAsync();
            await EndAsync(delivering, what);
            journal.Complete();
            await EndAsync(writing, what);
            if (_bodies.Count == 0 && !mayBeEmpty)
                _bodies = new Dictionary<string, string>(crm.Bodies);
            crm.Bodies.ShouldAllBe(body => _bodies.ContainsKey(body.Key) && _bodies[body.Key] == body.Value, what);
            if (hasFailed || mayBeEmpty)
                return "ended";
            var missing = _bodies.Count == Events && crm.Bodies.Count < Events - Settled ? Events - Settled - crm.Bodies.Count : 0;
            if (missing == 0)
                return "whole";
            var named = journal.Damage.Take().Sum(span => span.Last.Value - span.First.Value + 1);
            (named > 0 || logs.Has(2052) || logs.Has(2053)).ShouldBeTrue($"{what}: {missing} are missing, and nothing says so");
            return "set aside";
        }
    }

    /// <summary>It may end by the disk's word, and by nothing else.</summary>
    private static async Task EndAsync(Task task, string what)
    {
        try
        {
            await task;
        }
        catch (Exception e)
        {
            (e is SqliteException or OperationCanceledException).ShouldBeTrue($"{what}: {e}");
        }
    }

    private sealed class Crm200 : HttpMessageHandler
    {
        public ConcurrentDictionary<string, string> Bodies { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = Encoding.UTF8.GetString(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            var id = request.Headers.GetValues("webhook-id").Single();
            if (Bodies.GetOrAdd(id, body) != body)
                Bodies[id] = "two bodies";
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
