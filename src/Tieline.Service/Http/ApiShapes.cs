namespace Tieline.Service.Http;

/// <summary>What the API answers, member by member: <c>name:type</c>, <c>?</c> where it may be null, <c>[]</c> for a list, <c>-</c> before a member that may be missing.</summary>
/// <remarks>A test holds each against real answers.</remarks>
internal static class ApiShapes
{
    private const string EventMembers = "position:int id:text conversationId:text type:text state:text? timestamp:time receivedAt:time origin:text mediaType:text? queueId:text? participants:any[]";
    private const string LetterMembers = "destination:text position:int id:text conversationId:text type:text state:text? timestamp:time status:int? reason:text attempts:int at:time cause:text causeText:text";
    private const string FactMembers = "fact:int at:time action:text conversationId:text? destination:text? detail:any?";
    private const string Progress = "-progress:any -problem:text";

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Problem"] = "title:text status:int detail:text",
        ["Event"] = $"{EventMembers} -delivery:Delivery[]",
        ["Delivery"] = "destination:text outcome:text",
        ["Events"] = "events:Event[] lookedBackTo:time? next:text?",
        ["Step"] = "fact:int at:time action:text destination:text? event:Event",
        ["WholeEvent"] = $"{EventMembers} delivery:WholeDelivery[]",
        ["WholeDelivery"] = "destination:text outcome:text status:int? attempts:int? at:time? reason:text? log:Attempt[]",
        ["Attempt"] = "attempt:int at:time outcome:text status:int? seconds:num answer:text?",
        ["Conversations"] = "conversations:Conversation[] lookedBackTo:time? next:text?",
        ["Conversation"] = "conversationId:text newest:Event",
        ["Story"] = "conversationId:text events:Event[] gaps:Gap[] next:text?",
        ["Gap"] = "number:int reason:text state:text from:time? to:time? since:time asks:int nextAskAt:time? recovered:int known:int problem:text? notAsked:text? closedAt:time?",
        ["Gaps"] = "gaps:Gap[] next:text?",
        ["Backfill"] = "gap:int",
        ["Reconciliation"] = $"{Progress} -report:any",
        ["DeadLetter"] = LetterMembers,
        ["DeadLetters"] = "-deadLetters:DeadLetter[] -groups:DeadLetterGroup[] -next:text?",
        ["DeadLetterGroup"] = "destination:text cause:text causeText:text status:int? count:int first:time last:time example:text examplePosition:int",
        ["WholeDeadLetter"] = $"{LetterMembers} participants:any[]? waitingBehind:int log:Attempt[]",
        ["Decided"] = $"-plan:any[] {Progress} -report:DeskReport",
        ["Replayed"] = $"-events:int {Progress} -report:DeskReport",
        ["DeskReport"] = "done:int passed:int last:int?",
        ["Destinations"] = "destinations:Destination[]",
        ["Destination"] = "destination:text configured:bool undelivered:int oldest:time? deadLetters:int pause:Paused? -state:text -problem:text? -nextTry:time? -inFlight:int -concurrency:int -serverCertificateUntil:time? -clientCertificateUntil:time? -secrets:Secret[] -previousKeyUntil:time?",
        ["Secret"] = "secret:text changedAt:time",
        ["Paused"] = "since:time by:text reason:text",
        ["Pause"] = "destination:text pause:Paused?",
        ["Test"] = "destination:text accepted:bool status:int? latencyMs:num said:text",
        ["Fact"] = FactMembers,
        ["AuditLines"] = "lines:Fact[] lookedBackTo:time? next:text?",
        ["AuditFile"] = "timestamp:time sequence:int? conversationId:text? eventType:text? payloadHash:text? id:text? action:text destination:text? fact:int detail:any? previous:text hash:text",
        ["Checkpoint"] = "file:text lines:int fact:int head:text key:text",
        ["Checkpoints"] = "checkpoints:Checkpoint[] next:text?",
        ["Verification"] = $"{Progress} -report:any",
        ["Changes"] = "changes:Fact[] next:text?",
        ["Status"] = "at:time ready:bool verdict:Verdict receiving:Receiving complete:Complete delivering:Delivering gaps:Gap[] attention:text[]",
        ["Verdict"] = "level:text culprit:text sentence:text outlook:text evidence:text[]",
        ["Receiving"] = "state:text problem:text? silenceSeconds:num? connectedSeconds:num? downSeconds:num? reconnections:int received:int dropped:int receivedPerSecond:num?",
        ["Complete"] = "coveredShare:num? since:time? uncovered:int openGaps:int held:int heldSeconds:num?",
        ["Delivering"] = "delivered:int deliveredPerSecond:num? waiting:int lagSeconds:num latencyP50Ms:num? latencyP99Ms:num? deadLetters:int destinations:Standing[]",
        ["Standing"] = "destination:text state:text problem:text? nextTry:time? pause:Paused? waiting:int lagSeconds:num inFlight:int concurrency:int",
        ["Alerts"] = "alerts:Alert[] webhook:AlertWebhook",
        ["Alert"] = "alert:text state:text severity:text labels:any summary:text description:text runbook:text holdsSince:time? firedAt:time? endedAt:time?",
        ["AlertWebhook"] = "configured:bool problem:text?",
        ["FilterPreview"] = "from:time to:time events:int notOnDisk:int? parts:FilterPart[]",
        ["FilterPart"] = "filter:text kept:int dropped:int keptNow:int? kinds:any[] others:any examples:any[]",
        ["History"] = "times:num[] " + string.Join(' ', ((string[])["received", "dropped", "delivered", "latencyP50", "latencyP99", "oldestPending", "accepted", "throttled", "refused", "failed", "unanswered", "commitP99", "budgetLeft"]).Select(name => name + ":any[]")),
        ["Completeness"] = "from:time to:time spans:CoverageSpan[]",
        ["CoverageSpan"] = "from:time to:time state:text evidence:text gaps:int[]",
        ["Configuration"] = "values:Setting[]",
        ["Setting"] = "key:text value:text",
        ["Token"] = "name:text role:text createdAt:time createdBy:text expiresAt:time? expired:bool",
        ["Tokens"] = "tokens:Token[]",
        ["NewToken"] = "name:text role:text expiresAt:time? token:text",
        ["RevokedToken"] = "name:text",
        ["SignInLink"] = "url:text role:text seconds:int",
        ["System"] = "version:text runtime:text dataDirectory:text journalBytes:int journalBytesAllowed:int diskFreeBytes:int memoryBytes:int",
        ["Examination"] = $"{Progress} -report:any",
    };

    /// <summary>The members of a shape.</summary>
    public static IEnumerable<ApiMember> MembersOf(string shape) => All[shape].Split(' ').Select(ApiMember.Parse);
}

/// <param name="Type"><c>text</c>, <c>int</c>, <c>num</c>, <c>bool</c>, <c>time</c>, <c>any</c>, or one of <see cref="ApiShapes"/>.</param>
internal sealed record ApiMember(string Name, string Type, bool IsList, bool MayBeNull, bool IsRequired)
{
    public static ApiMember Parse(string text)
    {
        var (colon, isRequired) = (text.IndexOf(':'), text[0] != '-');
        var (name, type) = (text[(isRequired ? 0 : 1)..colon], text[(colon + 1)..]);
        var mayBeNull = type.EndsWith('?');
        type = mayBeNull ? type[..^1] : type;
        var isList = type.EndsWith("[]", StringComparison.Ordinal);
        return new ApiMember(name, isList ? type[..^2] : type, isList, mayBeNull, isRequired);
    }
}
