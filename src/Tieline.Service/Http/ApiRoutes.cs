using Tieline.Service.Alerts;
using Tieline.Service.Desks;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Http;

/// <summary>All that the API does.</summary>
internal static class ApiRoutes
{
    private static readonly ApiParameter _cursor = new("cursor", "text", "The 'next' of the answer before: where this page goes on.");
    private static readonly ApiParameter _limit = new("limit", "int", $"Rows in the answer, from 1 to {ApiRequest.MaxLimit}; {ApiRequest.DefaultLimit} unless given.");
    private static readonly ApiParameter _by = new("by", "text", "Who asks: up to 64 characters, shown in the audit log with the token in brackets behind it.");
    private static readonly ApiParameter _dryRun = new("dryRun", "bool", "Only tell what would be done.");
    private static readonly ApiParameter _rate = new("rate", "num", "Events a second; 10 unless given.");
    private static readonly ApiParameter _from = new("from", "time", "At this time or later.");
    private static readonly ApiParameter _to = new("to", "time", "Before this time.");
    private static readonly ApiParameter _conversation = new("conversation", "text", "Of this conversation.");
    private static readonly ApiParameter _destination = new("destination", "text", "At this destination.");
    private static readonly ApiParameter _id = new("id", "text", "The event's id: evt_ and 32 hex digits.");
    private static readonly ApiParameter _reason = new("reason", "text", "Why; it stands in the audit log.", IsRequired: true);

    private static ApiParameter[] Letters { get; } =
    [
        _destination, new("cause", "text", "Of this cause, as a list grouped by causes names it."), new("status", "int", "Answered with this status, from 100 to 599."), _from, _to, _conversation, _id,
        new("position", "int", "At this position in the journal."),
    ];

    private static ApiParameter[] Span { get; } = [_from with { IsRequired = true, Description = "Where the span begins." }, _to with { IsRequired = true, Description = "Where it ends; not in the future." }];

    private static ApiParameter[] Kind { get; } =
        [new("type", "text", "Of this type, such as conversation.state."), new("state", "text", "Of this state, such as completed."), new("queue", "text", "Of the queue of this id.")];

    private static ApiParameter[] Kinds { get; } = [_conversation, .. Kind];

    private static ApiParameter[] Standing { get; } = [_destination with { Description = "With status: at this destination." }, new("status", "text", "With destination: where the event stands there.", Words: EventApi.Statuses)];

    private static ApiParameter[] Received { get; } = [_from with { Description = "Received at this time or later." }, _to with { Description = "Received before this time." }];

    private static ApiParameter[] Lines { get; } = [_conversation, new("action", "text", "Of this action, such as dead-lettered."), _from, _to];

    private static readonly string[] _operators = [AccessRoles.Operator];
    private static readonly string[] _people = [AccessRoles.Operator, AccessRoles.Viewer];
    private static readonly string[] _figures = [.. _people, AccessRoles.Metrics];
    private static readonly string[] _readers = [.. _people, AccessRoles.EventsRead];
    private static readonly string[] _marks = [.. _readers, AccessRoles.Watermark];

    public static IReadOnlyList<ApiOperation> All(IServiceProvider services)
    {
        var journal = services.GetRequiredService<JournalDesk>();
        return
        [
            .. Events(new EventApi(journal), ActivatorUtilities.CreateInstance<EventStream>(services)),
            .. Conversations(new ConversationApi(services.GetRequiredService<ConversationDesk>(), new EventApi(journal))),
            .. Gaps(services.GetRequiredService<TimeProvider>()),
            .. DeadLetters(),
            .. Destinations(services.GetRequiredService<DestinationDesk>()),
            .. Audit(ActivatorUtilities.CreateInstance<AuditApi>(services)),
            .. Access(ActivatorUtilities.CreateInstance<TokenApi>(services)),
            .. Whole(ActivatorUtilities.CreateInstance<SystemApi>(services), services.GetRequiredService<AlertLoop>(), services.GetRequiredService<FilterDesk>()),
        ];
    }

    private static ApiOperation[] Events(EventApi events, EventStream stream) =>
    [
        Get("/events", _readers, "Find events, newest first. A page looks through a bounded part of the journal: it may be empty, and have a 'next' all the same.", "Events", events.SearchAsync,
            [.. Kinds, _id, .. Standing, .. Received, _cursor, _limit]),
        Get("/events/stream", _readers, "Follow events as they are accepted, or (with status or destination) as they are delivered or set aside. Each is an event 'step' whose data is as described; 'ping' comes while there is none. Last-Event-ID goes on where a broken stream ended.", "Step", stream.WriteAsync,
            [.. Kinds, _destination with { Description = "What becomes of them at this destination." }, new("status", "text", "Only what has come to stand so: waiting is when an event is accepted.", Words: EventApi.Statuses), new("cursor", "text", "The number of a fact: begin behind it. Without it, with what comes next.")]) with { Media = ApiMedia.Events, Refusals = [429] },
        Get("/events/{position}", _readers, "One event, with every attempt that is kept and what became of it.", "WholeEvent", events.OneAsync, []) with { Refusals = [404] },
    ];

    private static ApiOperation[] Conversations(ConversationApi conversations) =>
    [
        Get("/conversations", _readers, "Conversations with an event that fits, each once, by the newest of those, newest first. A page looks through a bounded part of the journal: it may be empty, and have a 'next' all the same. What comes meanwhile is in the next list, not on the next page.",
            "Conversations", conversations.ListAsync, [.. Kind, .. Standing, .. Received, _cursor, _limit]),
        Get("/conversations/{id}", _readers, "One conversation in the order in which it happened, with where each event stands at each destination, and the gaps that lie in its time.", "Story", conversations.StoryAsync, [_cursor, _limit]) with { Refusals = [404] },
    ];

    private static ApiOperation[] Gaps(TimeProvider time) =>
    [
        Get("/gaps", _marks, "The gaps on record, oldest first, closed ones too.", "Gaps", GapApi.ListAsync, [_cursor, _limit]),
        Get("/gaps/{number}", _marks, "One gap.", "Gap", GapApi.OneAsync, []) with { Refusals = [404] },
        Post("/backfills", _operators, "Have a span fetched from Genesys. The answer names the gap that stands for it.", "Backfill", call => GapApi.BackfillAsync(call, time), [.. Span, _by]) with { Status = StatusCodes.Status202Accepted },
        Post("/reconciliations", _operators, "Hold a span against Genesys's own records; repair sends what is missing.", "Reconciliation", call => GapApi.ReconcileAsync(call, time), [.. Span, new("repair", "bool", "Send what is missing."), _by])
            with { Media = ApiMedia.Lines, Refusals = [409] },
        Post("/replay", _operators, "Send again what was delivered in a span, under the same ids. A dry run answers at once.", "Replayed", call => DeadLetterApi.ReplaySpanAsync(call, time),
            [.. Span, _destination with { IsRequired = true, Description = "What this destination accepted." }, new("toDestination", "text", "Send it here instead."), new("after", "int", "Only behind this position: where a replay was stopped."), _dryRun, _rate, _by]) with { Media = ApiMedia.Lines },
    ];

    private static ApiOperation[] DeadLetters() =>
    [
        Get("/dead-letters", _people, "What is set aside and not decided on, oldest first; or grouped by cause.", "DeadLetters", DeadLetterApi.ListAsync, [.. Letters, new("grouped", "bool", "Groups by cause, the biggest first, in place of single ones."), _cursor, _limit]),
        Get("/dead-letters/{position}", _people, "One dead letter: the event, each attempt, what was answered.", "WholeDeadLetter", DeadLetterApi.OneAsync, [_destination with { Description = "Which, where several destinations have one there." }]) with { Refusals = [404] },
        Post("/dead-letters/replay", _operators, "Send dead letters again, each in its place. A dry run answers at once.", "Decided", DeadLetterApi.ReplayAsync, [.. Letters, _dryRun, _rate, _by]) with { Media = ApiMedia.Lines },
        Post("/dead-letters/discard", _operators, "Decide that dead letters never go out. A dry run answers at once.", "Decided", DeadLetterApi.DiscardAsync, [.. Letters, _dryRun, _reason with { IsRequired = false }, _by]) with { Media = ApiMedia.Lines },
    ];

    private static ApiOperation[] Destinations(DestinationDesk desk) =>
    [
        Get("/destinations", _people, "The destinations that the journal knows, and how they stand.", "Destinations", call => DestinationApi.ListAsync(call, desk), []),
        Get("/destinations/{name}", _people, "One destination.", "Destination", call => DestinationApi.OneAsync(call, desk), []) with { Refusals = [404] },
        Post("/destinations/{name}/pause", _operators, "Send nothing to it until it is resumed, also over a restart.", "Pause", call => DestinationApi.PauseAsync(call, desk), [_reason, _by]) with { Refusals = [404, 409] },
        Post("/destinations/{name}/resume", _operators, "Let it go on: what waits goes out, in order.", "Pause", call => DestinationApi.ResumeAsync(call, desk), [_by]) with { Refusals = [404, 409], MayBeEmpty = true },
        Post("/destinations/{name}/test", _operators, "Send it a made-up event, beside all that waits, and tell what came of it.", "Test", call => DestinationApi.TestAsync(call, desk), [_by]) with { Refusals = [404], MayBeEmpty = true },
        Post("/destinations/{name}/discard", _operators, "Decide that what it has not been delivered never goes out, once it is no longer configured. A dry run answers at once.", "Decided", DestinationApi.DiscardAsync, [_dryRun, _reason with { IsRequired = false }, _by])
            with { Media = ApiMedia.Lines, Refusals = [404, 409] },
    ];

    private static ApiOperation[] Audit(AuditApi audit) =>
    [
        Get("/audit/lines", _people, "What is on record, newest first. A page looks through a bounded part of the log: it may be empty, and have a 'next' all the same.", "AuditLines", audit.LinesAsync, [.. Lines, _cursor, _limit]),
        Get("/audit/export", _people, "Lines as they stand in the audit log's files, oldest first.", "AuditFile", audit.ExportAsync, Lines) with { Media = ApiMedia.Lines },
        Get("/audit/checkpoints", _people, "Signed heads of the log, newest first. None has been checked.", "Checkpoints", audit.CheckpointsAsync, [_cursor, _limit]),
        Post("/audit/verifications", _people, "Check the whole log from its first line.", "Verification", audit.VerifyAsync, []) with { Media = ApiMedia.Lines, MayBeEmpty = true },
        Get("/changes", _people, "Starts, gaps, decisions of people: what is on record besides single events, newest first. A page looks through a bounded part: it may be empty, and have a 'next' all the same.", "Changes", AuditApi.ChangesAsync, [_cursor, _limit]),
    ];

    private static ApiOperation[] Access(TokenApi tokens) =>
    [
        Get("/tokens", _operators, "The named tokens, by name; none tells what it is made of.", "Tokens", tokens.ListAsync, []),
        Post("/tokens", _operators, "Make a token that holds at once. Its text is in this answer and nowhere else.", "NewToken", tokens.CreateAsync,
            [
                new("name", "text", $"Up to {TokenMaker.LongestName} of a to z, 0 to 9, '-', '_' and '.'; the audit log names its user so.", IsRequired: true), new("role", "text", "What it may do.", IsRequired: true, Words: AccessRoles.All),
                new("expiresAt", "time", "From then on it is worth nothing; never unless given."), _by,
            ]) with { Status = StatusCodes.Status201Created, Refusals = [409] },
        Post("/tokens/{name}/revoke", _operators, "A token is worth nothing from now on, and sessions that began with it are over.", "RevokedToken", TokenApi.RevokeAsync, [_by]) with { Refusals = [404], MayBeEmpty = true },
        Post("/sign-in-links", _operators, "Make a link that signs one browser in to the console, once.", "SignInLink", tokens.LinkAsync,
            [
                new("role", "text", $"As whom; {AccessRoles.Operator} unless given.", Words: [AccessRoles.Operator, AccessRoles.Viewer]),
                new("seconds", "int", $"How long it waits to be used, from 1 to {SignInCodes.Longest.TotalSeconds:F0}; {SignInCodes.Usual.TotalSeconds:F0} unless given."), _by,
            ]) with { Status = StatusCodes.Status201Created, MayBeEmpty = true },
    ];

    private static ApiOperation[] Whole(SystemApi system, AlertLoop alerts, FilterDesk filters) =>
    [
        Get("/status", _figures, "How Tieline stands: a verdict with its evidence, and what it rests on.", "Status", system.StatusAsync, []),
        Get("/alerts", _figures, "The built-in alerts that fire or may, as they stood at the last look.", "Alerts", call => AlertApi.ListAsync(call, alerts), []),
        Post("/filter/preview", _people, "Tell what other filters would have kept, of what the journal has. Changes nothing.", "FilterPreview", call => FilterApi.PreviewAsync(call, filters),
            [
                new("filter", "any", "A Filter, as in tieline.json: {\"rules\":[…]}."), new("destinations", "any", "Destinations with a filter of their own: [{\"name\":…,\"filter\":{\"rules\":[…]}}]."),
                new("last", "text", "How far back, from 1m to 744h; 24h unless given."),
            ]) with { HasOwnBody = true, Refusals = [409] },
        Get("/history", _figures, "The last hours, drawn together to points: counts a second, durations in seconds, null where nothing is known.", "History", system.HistoryAsync, [new("range", "text", "How far back; 1h unless given.", Words: SystemApi.Ranges)]),
        Get("/completeness", _marks, "Which parts of a span are covered, backfilled, being backfilled or uncovered, and what that rests on.", "Completeness", system.CompletenessAsync, Span),
        Get("/configuration", _people, "The configuration in force; secrets are ***.", "Configuration", system.ConfigurationAsync, []),
        Get("/system", _figures, "The program, its data directory, disk and memory.", "System", system.SystemAsync, []),
        Post("/examinations", _operators, "Look at everything that Tieline needs, as 'tieline doctor' does.", "Examination", system.ExamineAsync, []) with { Media = ApiMedia.Lines, MayBeEmpty = true },
    ];

    private static ApiOperation Get(string path, IReadOnlyList<string> roles, string summary, string shape, Func<ApiCall, Task> answer, IReadOnlyList<ApiParameter> takes) => new("GET", path, roles, summary, shape, answer) { Takes = takes };

    private static ApiOperation Post(string path, IReadOnlyList<string> roles, string summary, string shape, Func<ApiCall, Task> answer, IReadOnlyList<ApiParameter> takes) => new("POST", path, roles, summary, shape, answer) { Takes = takes };
}
