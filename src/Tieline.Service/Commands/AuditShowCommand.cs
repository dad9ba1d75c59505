using System.CommandLine;
using Tieline.Audit;
using Tieline.Events;

namespace Tieline.Service.Commands;

internal sealed class AuditShowCommand : Verb
{
    private const int DefaultLast = 20;

    private readonly Option<int> _last = new("--last") { Description = "So many of the newest that fit.", HelpName = "N", DefaultValueFactory = _ => DefaultLast };
    private readonly Option<bool> _all = new("--all") { Description = "All that fit, not only the newest." };
    private readonly Option<string?> _conversation = new("--conversation") { Description = "Lines about this conversation.", HelpName = "ID" };
    private readonly Option<string?> _action = new("--action") { Description = "Lines with this action: accepted, delivered, dead-lettered, gap-detected, …", HelpName = "ACTION" };
    private readonly Option<DateTimeOffset?> _from = SpanOptions.Time("--from", "From this time on (UTC where no offset is given).");
    private readonly Option<DateTimeOffset?> _to = SpanOptions.Time("--to", "Before this time.");
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly AuditLocation _location;
    private readonly CommandContext _context;

    public AuditShowCommand(GlobalOptions global, CommandContext context)
        : base("show", "Print lines of the audit log, newest last.", "tieline audit show", "tieline audit show --conversation 6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01 --json", "tieline audit show --action gap-detected --all")
    {
        (_location, _context) = (new AuditLocation(global, context), context);
        foreach (var option in (Option[])[_location.Data, _last, _all, _conversation, _action, _from, _to, _json])
        {
            Options.Add(option);
        }

        SpanOptions.Order(this, _from, _to);
        SetAction(Run);
    }

    private int Run(ParseResult parse)
    {
        var last = parse.GetValue(_last);
        if (last < 1)
        {
            _context.Error.WriteLine($"--last: must be at least 1, was {last}");
            return ExitCode.Usage;
        }

        var directory = _location.Find(parse);
        var query = new AuditQuery(parse.GetValue(_all) ? null : last, parse.GetValue(_conversation), parse.GetValue(_action), parse.GetValue(_from), parse.GetValue(_to));
        foreach (var entry in AuditReader.Read(Path.Combine(directory, AuditLocation.Folder), query, CancellationToken.None))
        {
            _context.Output.WriteLine(parse.GetValue(_json) ? entry.Json : Line(entry));
        }

        return ExitCode.Done;
    }

    private static string Line(AuditEntry entry) => string.Join(
        "  ",
        EventTime.ToText(entry.Timestamp),
        entry.Fact.ToString().PadLeft(8),
        entry.Action.PadRight(13),
        (entry.Sequence?.ToString() ?? "-").PadLeft(9),
        entry.EventType ?? "-",
        entry.ConversationId ?? "-",
        entry.Id ?? "",
        entry.Destination ?? "",
        entry.Detail ?? "").TrimEnd();
}
