using System.Text.Json.Nodes;
using Tieline.Backfill;
using Tieline.Events;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Http;

/// <summary>How Tieline stands, on one page: what the console's first page says.</summary>
internal static class StatusJson
{
    public static JsonObject Of(Overview now, IEnumerable<IReadinessCheck> checks)
    {
        var answers = checks.Select(check => (check.Name, check.Problem, check.Note)).ToList();
        var verdict = Verdict.Of(now);
        return new JsonObject
        {
            ["at"] = EventTime.ToText(now.At),
            ["ready"] = answers.TrueForAll(answer => answer.Problem is null),
            ["verdict"] = new JsonObject
            {
                ["level"] = verdict.Level.ToString().ToLowerInvariant(),
                ["culprit"] = verdict.Culprit.ToString().ToLowerInvariant(),
                ["sentence"] = verdict.Sentence,
                ["outlook"] = verdict.Outlook,
                ["evidence"] = new JsonArray([.. verdict.Evidence.Select(one => JsonValue.Create(one))]),
            },
            ["receiving"] = new JsonObject
            {
                ["state"] = now.Source.State.ToString(),
                ["problem"] = now.Source.Problem,
                ["silenceSeconds"] = Seconds(now.Silence),
                ["connectedSeconds"] = Seconds(now.ConnectedFor),
                ["downSeconds"] = Seconds(now.DownFor),
                ["reconnections"] = now.Reconnections,
                ["received"] = now.Received,
                ["dropped"] = now.Dropped,
                ["receivedPerSecond"] = Rounded(now.Rates?.Received),
            },
            ["complete"] = new JsonObject
            {
                ["coveredShare"] = now.CoveredShare is { } share ? Math.Round(share, 6) : null,
                ["since"] = now.Since is { } since ? EventTime.ToText(since) : null,
                ["uncovered"] = now.Coverage.Count(span => span.State == CoverageState.Uncovered && span.From >= now.Since),
                ["openGaps"] = now.OpenGaps.Count,
                ["held"] = now.Held,
                ["heldSeconds"] = Seconds(now.HeldFor),
            },
            ["delivering"] = new JsonObject
            {
                ["delivered"] = now.Delivered,
                ["deliveredPerSecond"] = Rounded(now.Rates?.Delivered),
                ["waiting"] = now.Waiting,
                ["lagSeconds"] = Seconds(now.Lag),
                ["latencyP50Ms"] = Rounded(now.LatencyP50Ms),
                ["latencyP99Ms"] = Rounded(now.LatencyP99Ms),
                ["deadLetters"] = now.DeadLetters,
                ["destinations"] = new JsonArray([.. now.Destinations.Select(one => new JsonObject
                {
                    ["destination"] = one.Destination,
                    ["state"] = DestinationJson.NameOf(one.State),
                    ["problem"] = one.Problem,
                    ["nextTry"] = one.NextTry is { } next ? EventTime.ToText(next) : null,
                    ["pause"] = DestinationJson.Of(one.Pause),
                    ["waiting"] = one.Waiting,
                    ["lagSeconds"] = Seconds(now.LagOf(one)),
                    ["inFlight"] = one.InFlight,
                    ["concurrency"] = one.Concurrency,
                })]),
            },
            ["gaps"] = new JsonArray([.. now.Gaps.Take(ApiRequest.MaxLimit).Select(GapJson.Of)]),
            ["attention"] = new JsonArray([.. Attention(now, answers.SelectMany(answer => new[] { answer.Problem, answer.Note })).Select(one => JsonValue.Create(one))]),
        };
    }

    /// <summary>What somebody should look at, the readiness checks' words first; each once.</summary>
    private static IEnumerable<string> Attention(Overview now, IEnumerable<string?> said) =>
        said.Append(now.DeadLetters == 0 ? null : $"{now.DeadLetters} dead letters wait for a decision: 'tieline dead-letters list'")
            .Concat(now.Gaps.Where(gap => gap.Problem is not null).Select(gap => $"gap {gap.Number} stays open: {gap.Problem}"))
            .OfType<string>()
            .Distinct();

    private static double? Seconds(TimeSpan? span) => span is { } time ? Math.Round(time.TotalSeconds, 1) : null;

    private static double? Rounded(double? value) => value is { } number && double.IsFinite(number) ? Math.Round(number, 1) : null;
}
