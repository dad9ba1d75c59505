namespace Tieline.Genesys;

/// <summary>Makes a call until it comes to something: alone, with waits that grow, and not for ever.</summary>
/// <param name="random">Numbers in [0, 1), for the jitter.</param>
internal sealed class DetailsCalls(RestBudget budget, DetailsTrouble trouble, TimeProvider time, Func<double> random)
{
    /// <returns>The call's outcome; <see cref="DetailsOutcome.Retry"/> after <see cref="DetailsBackOff.MaxRetries"/> more attempts, or at once where Genesys asks for more time than that is for.</returns>
    public async Task<DetailsOutcome> MakeAsync(Func<CancellationToken, Task<DetailsOutcome>> call, CancellationToken cancellation)
    {
        for (var (retry, failures) = (0, 0); ; retry++)
        {
            if (budget.HeldFor is var held && held > DetailsBackOff.LongestRetryAfter)
                return new DetailsOutcome.Retry($"Genesys asked for no calls during the next {held.TotalSeconds:F0} s", held);
            var outcome = await call(cancellation);
            if (outcome is not DetailsOutcome.Refused)
                trouble.Note(outcome); // whether a refusal is bad news the caller knows
            if (outcome is not DetailsOutcome.Retry failed || retry == DetailsBackOff.MaxRetries || failed.After > DetailsBackOff.LongestRetryAfter)
                return outcome;
            await Task.Delay(DetailsBackOff.DelayAfter(failures, failed.After, random()), time, cancellation);
            failures += failed.After is null ? 1 : 0;
        }
    }
}
