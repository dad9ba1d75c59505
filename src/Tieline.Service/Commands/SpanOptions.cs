using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Tieline.Events;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

/// <summary>The span of time that a command is about: <c>--from</c> and <c>--to</c>, and for some <c>--date</c>.</summary>
internal sealed class SpanOptions
{
    private readonly TimeProvider _time;
    private readonly Option<DateTimeOffset?> _from = Time("--from", "From this time on, ISO 8601; UTC where no offset is given. A date alone is its midnight.");
    private readonly Option<DateTimeOffset?> _to = Time("--to", "Before this time.");
    private readonly Option<DateTimeOffset?>? _date;

    private readonly TimeSpan _ahead;

    /// <param name="hasDate">Whether a day alone is enough.</param>
    /// <param name="mayEndToday">Whether it may end later today, wherever that is: then it ends now.</param>
    public SpanOptions(TimeProvider time, bool hasDate = false, bool mayEndToday = false)
    {
        (_time, _ahead) = (time, mayEndToday ? TimeSpan.FromDays(1) : TimeSpan.Zero);
        if (hasDate)
            _date = new Option<DateTimeOffset?>("--date") { Description = "A day, UTC: in place of --from and --to.", HelpName = "YYYY-MM-DD", CustomParser = ParseDate };
    }

    public void AddTo(Command command)
    {
        if (_date is not null)
            command.Options.Add(_date);
        command.Options.Add(_from);
        command.Options.Add(_to);
        command.Validators.Add(result =>
        {
            if (Problem(result) is { } problem)
                result.AddError(problem);
        });
    }

    /// <summary>Of a command line that was found good. A day that is not over ends now, and so does a span that may end later today.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Read(ParseResult parse)
    {
        var now = _time.GetUtcNow();
        if (_date is null || parse.GetValue(_date) is not { } day)
            return (parse.GetValue(_from)!.Value, parse.GetValue(_to)!.Value is var to && to > now && _ahead > TimeSpan.Zero ? now : parse.GetValue(_to)!.Value);
        return (day, day.AddDays(1) < now ? day.AddDays(1) : now);
    }

    /// <summary>Whether it was asked for more than <see cref="Read"/> gave.</summary>
    public bool IsCut(ParseResult parse, DateTimeOffset to) => (_date is not null && parse.GetValue(_date)?.AddDays(1) > to) || parse.GetValue(_to) > to;

    private string? Problem(CommandResult result)
    {
        DateTimeOffset? date, from, to;
        try
        {
            (date, from, to) = (_date is null ? null : result.GetValue(_date), result.GetValue(_from), result.GetValue(_to));
        }
        catch (InvalidOperationException)
        {
            return null; // one of them is no time, which its own parser tells
        }

        var now = _time.GetUtcNow();
        return (date, from, to) switch
        {
            ({ } day, null, null) => day >= now ? "--date must not be in the future" : null,
            ({ }, _, _) => "--date and --from, --to exclude each other",
            (_, { } begin, { } end) => begin >= now && _ahead > TimeSpan.Zero ? "--from must not be in the future" : ApiRequest.Check(begin, end, now + _ahead, "--"),
            _ => _date is null ? "--from and --to are required" : "--date, or --from and --to, are required",
        };
    }

    public static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (!TryParse(result.Tokens[0].Value, out var time))
                result.AddError($"{name} must be a time such as 2026-03-02T09:00:00Z or 2026-03-02, was '{result.Tokens[0].Value}'");
            else if (!ApiRequest.IsAllowed(time))
                result.AddError($"{name} must be from {EventTime.ToText(EventTime.Earliest)} to {EventTime.ToText(EventTime.Latest)}, was '{result.Tokens[0].Value}'");
            else
                return time;
            return null;
        },
    };

    /// <summary>Of two times that may each be left out, the one is after the other.</summary>
    public static void Order(Command command, Option<DateTimeOffset?> from, Option<DateTimeOffset?> to) => command.Validators.Add(result =>
    {
        try
        {
            if (result.GetValue(to) <= result.GetValue(from))
                result.AddError($"{to.Name} must be after {from.Name}");
        }
        catch (InvalidOperationException)
        {
            // One of them is no time, which its own parser tells.
        }
    });

    private static DateTimeOffset? ParseDate(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Length == "yyyy-MM-dd".Length && TryParse(text, out var day) && ApiRequest.IsAllowed(day))
            return day;
        result.AddError($"--date must be a day such as 2026-03-02, from 2000-01-01 to 2099-12-31, was '{text}'");
        return null;
    }

    private static bool TryParse(string text, out DateTimeOffset time) =>
        EventTime.TryParse(Encoding.UTF8.GetBytes(text.Length == "yyyy-MM-dd".Length ? text + "T00:00" : text), out time);
}
