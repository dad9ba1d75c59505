using System.Collections.Concurrent;
using System.Globalization;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Simulation;

/// <summary>Whoever's turn it is: no fact loses its line, and no event its place in the books.</summary>
public sealed class TakingTurnsTests
{
    private const int Schedules = 10_000;
    private const int Steps = 20;

    /// <summary>Schedules on one journal, one after the other: to open one takes as long as a schedule.</summary>
    private const int Together = 10;

    [Fact]
    public void In_whatever_order_all_take_their_turns_every_fact_can_become_its_line_and_the_books_balance()
    {
        using var root = new TempDirectory(Directory.Exists("/dev/shm") ? "/dev/shm" : null);
        var started = TimeProvider.System.GetTimestamp();
        var template = Template(root);
        var failures = new ConcurrentQueue<(int Seed, string What)>();
        var reached = new ConcurrentDictionary<string, int>();
        Parallel.For(0, Schedules / Together, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (group, state) =>
        {
            var seed = group * Together;
            var path = root.FileNamed(seed.ToString(CultureInfo.InvariantCulture));
            try
            {
                foreach (var (reach, count) in Run(template, path, seed))
                    reached.AddOrUpdate(reach, count, (_, before) => before + count);
            }
#pragma warning disable CA1031 // whatever it is, it is this seed's
            catch (Exception e)
#pragma warning restore CA1031
            {
                failures.Enqueue((seed, e.ToString()));
                if (failures.Count > 1)
                    state.Stop();
            }
            finally
            {
                Directory.Delete(path, recursive: true);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{Schedules} schedules in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F0} s; {string.Join(", ", reached)}");
        failures.ShouldBeEmpty($"seeds: {string.Join(", ", failures.Select(failure => failure.Seed))}");
        // The schedules reach all there is.
        reached.Keys.Order().ShouldBe(["Dead", "Delivered", "Discarded", "Filtered", "Pending", "Skipped", "Waiting"], ignoreOrder: true);
    }

    /// <summary>One schedule again, alone: for a seed that has failed.</summary>
    [Theory]
    [InlineData(0)]
    public void A_seed_gives_the_same_schedule_each_time(int seed)
    {
        using var root = new TempDirectory();
        var template = Template(root);
        var first = Run(template, root.FileNamed("one"), seed);
        Run(template, root.FileNamed("two"), seed).ShouldBe(first);
    }

    private static Dictionary<string, int> Run(string template, string path, int seed)
    {
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(template, Path.Combine(path, JournalSchema.FileName));
        var before = SynchronizationContext.Current;
        try
        {
            using var metrics = new TielineMetrics();
            using var life = new SimulatedLife(path, seed, metrics);
            try
            {
                for (var next = seed; next < seed + Together; next++)
                    life.Run(next, Steps);
                life.Drain();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new InvalidOperationException($"Seeds from {seed} on: {e.Message}\n{life.Trace}", e);
            }

            return life.Reached;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>A journal without rows: to make one takes longer than a schedule.</summary>
    private static string Template(TempDirectory root)
    {
        var path = root.FileNamed("template.db");
        using (var connection = Database.OpenForWriting(path, JournalSchema.Migrations))
            Database.Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        return path;
    }
}
