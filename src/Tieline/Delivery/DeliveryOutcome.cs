using Tieline.Http;

namespace Tieline.Delivery;

/// <summary>What one attempt came to. Nobody further up decides by a status code: that stands here for the record, and for people.</summary>
internal abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <summary>What is kept of the answer: its codes, or masked text; null where it has no body, or nobody will want it.</summary>
    public string? Answer { get; init; }

    /// <summary>2xx, or 409 for what is there already: the CRM has it.</summary>
    public sealed record Accepted(int Status) : DeliveryOutcome
    {
        /// <summary>Of a batch, what became of each event, in its order; null: all of them are accepted.</summary>
        public IReadOnlyList<DeliveryOutcome>? Events { get; init; }

        /// <summary>After an attempt that ended without an answer it leaves open whether the CRM has it.</summary>
        public bool IsOpenAfterUnseen => AnswerTable.Of(Asked.Destination, Status, AnswerSigns.AfterUnseen) == AnswerMeaning.AskOnceMore;

        /// <summary>What its events' outcomes say about the destination: a quota that one of them met, or a set-up by which all failed. Null: nothing.</summary>
        public BackOff? AboutAll { get; init; }
    }

    /// <summary>300, 400, 413, 415, 422: this payload will never do. Set it aside and go on.</summary>
    /// <param name="WasSent">False where no request was made, so that it says nothing about the destination.</param>
    public sealed record Rejected(int Status, string Reason, bool WasSent = true) : DeliveryOutcome;

    /// <summary>All else: again, later.</summary>
    /// <param name="Reason">From a closed set: it is a metric's tag.</param>
    /// <param name="Status">Null where no answer came.</param>
    /// <param name="Hold">What <c>Retry-After</c> asks for: this conversation waits as long; and the whole destination, once several are asked to.</param>
    public sealed record BackOff(BackOffReason Reason, int? Status, TimeSpan? Hold) : DeliveryOutcome
    {
        /// <summary>What the CRM calls it, where that is known.</summary>
        public VendorCode? Code { get; init; }

        /// <summary>It says by itself that it is about all requests, so that it needs no second witness.</summary>
        public bool IsAboutAll { get; init; }

        /// <summary>"Slower, please", in whatever words.</summary>
        public bool IsThrottled => Reason == BackOffReason.Throttled || (Hold is not null && !IsInProgress);

        /// <summary>It is about this one request, and shows that the destination is well.</summary>
        public bool IsInProgress => Reason == BackOffReason.InProgress;

        /// <summary>The destination may have the request, or be at it still: nobody has seen its answer.</summary>
        public bool IsUnseen => Reason is BackOffReason.TimedOut or BackOffReason.Broken || (Status is { } status && AnswerTable.Of(Asked.Destination, status) == AnswerMeaning.GatewayFailed);

        /// <summary>It names no time, so the delay is ours to choose, and longer than after a failure.</summary>
        public bool IsThrottledWithoutTime => Status == 429 && Hold is null;
    }
}

internal enum BackOffReason
{
    /// <summary>Refused, unreachable, name not found, TLS.</summary>
    ConnectFailed,

    /// <summary>No whole answer within the time-out.</summary>
    TimedOut,

    /// <summary>The connection broke before the answer.</summary>
    Broken,

    /// <summary>408, 425, 429: slower, please.</summary>
    Throttled,

    /// <summary>5xx, and any other answer without a meaning here, redirects among them.</summary>
    ServerFailed,

    /// <summary>2xx with a page for people: somebody else answered. Counts as <see cref="ServerFailed"/>.</summary>
    HtmlPage,

    /// <summary>409: the same request is under way, or may be.</summary>
    InProgress,

    /// <summary>401, 403, 404, 410: it is set up wrongly, and no event can help that.</summary>
    Misconfigured,
}
