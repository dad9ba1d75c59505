using Tieline.Genesys;

namespace Tieline.Service.Doctor;

/// <summary>Whether past conversations can be read, without which no gap is filled: one minute of them is asked for, and let go.</summary>
internal sealed class DetailsCheck(GenesysAccess genesys) : ICheck
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    public string Name => "details";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        if (await genesys.WithoutTokenAsync(Name, cancellation) is { } without)
            return [without];
        var now = genesys.Time.GetUtcNow();
        var outcome = await genesys.Details.QueryAsync(new DetailsQuery(new DetailsSpan(now - _minute, now, [.. genesys.Options.Subscription.Types]), 1), cancellation);
        using var page = (outcome as DetailsOutcome.Page)?.Content;
        return
        [
            outcome switch
            {
                DetailsOutcome.Page => new Finding(Name, null, Verdict.Pass, "past conversations may be read: gaps can be filled"),
                DetailsOutcome.Refused refused => Finding.Of(Name, null, Verdict.Fail, refused.Reason, "Without it gaps are listed and not filled."),
                DetailsOutcome.Retry retry => Finding.Of(Name, null, Verdict.Warn, retry.Reason, "Try again in a while; gaps wait until it answers."),
                _ => throw new InvalidOperationException($"Unknown details outcome {outcome.GetType().Name}"),
            },
        ];
    }
}
