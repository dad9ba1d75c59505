using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Tieline.FunctionalTests.Support;

/// <summary>Somebody who was called, at the console: begins at the first page, acts a few times, reads. A click is an action; waiting for figures to come is none.</summary>
internal sealed partial class OnCall(IPage page)
{
    /// <summary>After so many nobody who was woken up goes on looking.</summary>
    public const int MostActions = 3;

    /// <summary>What is read in place of a part of the page: what was copied.</summary>
    public const string Clipboard = "clipboard";

    private static readonly TimeSpan _comesWithin = TimeSpan.FromSeconds(90);

    private int _actions;

    /// <summary>Follows the link, or presses the button, whose name contains this.</summary>
    public async Task ClickAsync(string name)
    {
        (++_actions).ShouldBeLessThanOrEqualTo(MostActions, $"a click on '{name}' is one too many");
        var main = page.Locator("main");
        await main.GetByRole(AriaRole.Link, new() { Name = name }).Or(main.GetByRole(AriaRole.Button, new() { Name = name })).First.ClickAsync();
    }

    /// <summary>Reads until what is there is true, as the figures move.</summary>
    /// <param name="where">A selector, or <see cref="Clipboard"/>.</param>
    public async Task ReadAsync(string where, Func<Reading, bool> isTrue, Func<string> otherwise)
    {
        var last = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var reading = await LookAsync(where);
                last = reading.Text;
                return isTrue(reading);
            },
            _comesWithin,
            () => $"{otherwise()}\nWhat was read ({where}): {last}");
    }

    private async Task<Reading> LookAsync(string where)
    {
        if (where == Clipboard)
            return Copied(await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        var place = page.Locator(where);
        var times = await place.Locator("time").EvaluateAllAsync<string[]>("all => all.map(one => one.dateTime)");
        return Reading.Of(string.Join('\n', await place.AllTextContentsAsync()), times);
    }

    /// <summary>What was copied says itself of when it is, and does not move any more.</summary>
    private static Reading Copied(string text) => CopiedAt().Match(text) is { Success: true } time
        ? Reading.Of(text, []) with { At = DateTimeOffset.Parse(time.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) }
        : Reading.Of(text, []);

    [GeneratedRegex(@"(?<=^Tieline, )[\d-]+ [\d:.]+(?= UTC: )", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CopiedAt();

    /// <summary>What stood there at a moment.</summary>
    /// <param name="Text">All of it, with single spaces.</param>
    /// <param name="Times">Every time that is told, in order.</param>
    /// <param name="At">When it was read.</param>
    internal sealed partial record Reading(string Text, IReadOnlyList<DateTimeOffset> Times, DateTimeOffset At)
    {
        public static Reading Of(string text, IEnumerable<string> times) => new(
            Spaces().Replace(text, " ").Trim(), [.. times.Select(time => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture))], TimeProvider.System.GetUtcNow());

        public bool Says(string what) => Text.Contains(what, StringComparison.Ordinal);

        /// <summary>The moment that lay so long ago as the span after these words says; null where none stands there.</summary>
        public DateTimeOffset? Ago(string words) => Span(words) is { } span ? At - span : null;

        /// <summary>The moment that lies ahead by the span after these words.</summary>
        public DateTimeOffset? Ahead(string words) => Span(words) is { } span ? At + span : null;

        private TimeSpan? Span(string words)
        {
            var match = Regex.Match(Text, $@"{Regex.Escape(words)} (?:(?<h>\d+) h ?)?(?:(?<m>\d+) m ?)?(?:(?<s>[\d.]+) s)?", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return match.Success && (match.Groups["h"].Success || match.Groups["m"].Success || match.Groups["s"].Success)
                ? TimeSpan.FromHours(Part(match, "h")) + TimeSpan.FromMinutes(Part(match, "m")) + TimeSpan.FromSeconds(Part(match, "s"))
                : null;
        }

        private static double Part(Match match, string name) => match.Groups[name].Success ? double.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : 0;

        [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
        private static partial Regex Spaces();
    }
}
