using CsCheck;

namespace Tieline.Tests.Pipeline;

/// <summary>Whatever happens to stream, process and API: once every gap is closed, what goes out is what happened.</summary>
public sealed class BackfillPropertyTests
{
    /// <summary>Every sample writes a journal on a real disk.</summary>
    private const int Samples = 150;

    private static readonly Gen<Step> _step = Gen.Select(
        Gen.Frequency(
            (6, Gen.Const(Doing.Live)),
            (3, Gen.Const(Doing.Lost)),
            (12, Gen.Int[1, 15].Select(what => (Doing)what))),
        Gen.Int[1, 12],
        (what, by) => new Step(what, by));

    private static readonly Gen<Talk> _talk = Gen.Select(
        Gen.Int[62, 120], Gen.Int[1, 8], Gen.Int[3, 12], Gen.Bool, Gen.Bool, Gen.Int[0, 100], (start, waits, talks, isTransferred, isAbandoned, skew) => new Talk(start, waits, talks, isTransferred, isAbandoned, skew));

    [Fact, Trait("Guarantee", "G2")]
    public async Task Once_every_gap_is_closed_each_fact_goes_out_once_and_in_order_wherever_its_fill_came_in_time() =>
        await Gen.Select(_talk.Array[1, 5], _step.Array[1, 16]).SampleAsync(
            async (talks, steps) =>
            {
                await using var world = new BackfillWorld(talks);
                await world.RunAsync(steps);
                await world.ShouldBeAsItHappenedAsync();
            },
            iter: Samples,
            threads: 1,
            print: story => $"{string.Join('\n', BackfillWorld.Named(story.Item1))}\n{string.Join(", ", story.Item2)}");
}
