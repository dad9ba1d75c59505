using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Journal;
using EventId = Tieline.Events.EventId;

namespace Tieline.Service.Commands;

/// <summary>Which dead letters a command is about.</summary>
internal sealed class DeadLetterOptions
{
    private readonly Argument<string?> _which = new("ID|POSITION") { Description = "One event, by its id (evt_…) or its position; without it, all that fit.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _destination = new("--destination") { Description = "Of this destination.", HelpName = "NAME" };
    private readonly Option<string?> _cause = new("--cause") { Description = "Of this cause, as 'list' names it.", HelpName = "CAUSE" };
    private readonly Option<int?> _status = new("--status") { Description = "Answered with this status.", HelpName = "STATUS" };
    private readonly Option<DateTimeOffset?> _from = SpanOptions.Time("--from", "Set aside from this time on, ISO 8601; UTC where no offset is given.");
    private readonly Option<DateTimeOffset?> _to = SpanOptions.Time("--to", "Set aside before this time.");
    private readonly Option<string?> _conversation = new("--conversation") { Description = "Of this conversation.", HelpName = "ID" };
    private readonly bool _hasWhich;

    /// <param name="hasWhich">Whether one may be named.</param>
    public DeadLetterOptions(Command command, bool hasWhich)
    {
        _hasWhich = hasWhich;
        if (hasWhich)
        {
            command.Arguments.Add(_which);
            _which.Validators.Add(result =>
            {
                if (result.Tokens is [var token] && !EventId.TryParse(token.Value, out _) && !TryPosition(token.Value, out _))
                    result.AddError($"ID|POSITION must be an event's id (evt_ and 32 hex digits) or a position, was '{token.Value}'");
            });
        }

        foreach (var option in (Option[])[_destination, _cause, _status, _from, _to, _conversation])
            command.Options.Add(option);
        SpanOptions.Order(command, _from, _to);
    }

    public DeadLetterQuery Read(ParseResult parse)
    {
        var which = _hasWhich ? parse.GetValue(_which) : null;
        return new DeadLetterQuery(
            parse.GetValue(_destination), parse.GetValue(_cause), parse.GetValue(_status), parse.GetValue(_from), parse.GetValue(_to), parse.GetValue(_conversation),
            which is not null && EventId.TryParse(which, out var id) ? id : null, which is not null && TryPosition(which, out var position) ? position : null);
    }

    /// <summary>As the API takes it.</summary>
    public static JsonObject ToJson(DeadLetterQuery query)
    {
        var json = new JsonObject();
        foreach (var (name, value) in ((string, JsonNode?)[])
            [("destination", query.Destination), ("cause", query.Cause), ("status", query.Status), ("from", Text(query.From)), ("to", Text(query.To)), ("conversation", query.Conversation),
            ("id", query.Id?.ToString()), ("position", query.Position?.Value)])
        {
            if (value is not null)
                json[name] = value;
        }

        return json;
    }

    private static string? Text(DateTimeOffset? time) => time is { } at ? EventTime.ToText(at) : null;

    private static bool TryPosition(string text, out JournalPosition position)
    {
        var isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;
        position = new JournalPosition(number);
        return isNumber;
    }
}
