using Tieline.Filtering;
using Tieline.Http;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary><c>Destinations:*</c></summary>
internal sealed class DestinationOptions
{
    public const string Section = "Destinations";

    /// <summary>Stands in <see cref="Url"/> for the event's id.</summary>
    public const string IdInUrl = "{id}";

    /// <summary>Names it in logs, metrics, the journal and the audit log: 1 to 40 of <c>a-z 0-9 - _</c>. Keep it: the progress is kept under it.</summary>
    public string Name { get; set; } = "crm";

    /// <summary>Where to post. Required; plain http to loopback only. Also from <c>CRM_WEBHOOK_URL</c>, which makes one destination named <c>crm</c>.</summary>
    /// <remarks><c>{id}</c> in its path or query is the event's id, for a CRM that wants the key of what it upserts in the URL.</remarks>
    public Uri? Url { get; set; }

    /// <summary>For a CRM's own API.</summary>
    /// <value><c>Post</c></value>
    public WebhookMethod Method { get; set; } = WebhookMethod.Post;

    /// <summary>Of what the pipeline's filter keeps, what goes here.</summary>
    public DestinationFilterOptions Filter { get; set; } = new();

    /// <summary>Where it begins when the journal does not know it yet: <see cref="StartPoint"/>.</summary>
    /// <value><c>Now</c></value>
    public string StartFrom { get; set; } = "Now";

    /// <summary><see cref="StartFrom"/>, read.</summary>
    public StartPoint Start => StartPoint.TryParse(StartFrom, out var start) ? start : StartPoint.Now;

    /// <summary>What the body looks like.</summary>
    /// <value><c>Plain</c></value>
    public BodyFormat Format { get; set; } = BodyFormat.Plain;

    public CloudEventsOptions CloudEvents { get; set; } = new();

    public TemplateOptions Template { get; set; } = new();

    public BatchOptions Batch { get; set; } = new();

    public AnswersOptions Answers { get; set; } = new();

    /// <summary>Sent with every request. Values are secrets.</summary>
    public IDictionary<string, Secret> Headers { get; set; } = new Dictionary<string, Secret>(StringComparer.OrdinalIgnoreCase);

    public AuthenticationOptions Authentication { get; set; } = new();

    public TlsOptions Tls { get; set; } = new();

    public ProxyOptions Proxy { get; set; } = new();

    public SigningOptions Signing { get; set; } = new();

    /// <summary>For one attempt as a whole. From 100 ms to 5 min.</summary>
    /// <value>5 s</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Of it, for making the connection, TLS counted in. From 50 ms to 1 min; never longer than <see cref="Timeout"/>.</summary>
    /// <value>3 s</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Requests in flight at most, each of another conversation. From 1 to 256.</summary>
    /// <value>32</value>
    public int Concurrency { get; set; } = 32;

    /// <summary>Whether fewer than <see cref="Concurrency"/> are used when that does the destination good.</summary>
    /// <value>Adaptive</value>
    public ConcurrencyMode ConcurrencyMode { get; set; } = ConcurrencyMode.Adaptive;

    public RateLimitOptions RateLimit { get; set; } = new();

    /// <summary>What becomes of later events of a conversation when one of them is a dead letter.</summary>
    /// <value><see cref="DeadLetterMode.Continue"/></value>
    public DeadLetterMode OnDeadLetter { get; set; } = DeadLetterMode.Continue;

    public RetryOptions Retry { get; set; } = new();

    /// <summary>Whether each event has a URL of its own.</summary>
    internal bool HasIdInUrl => Url?.OriginalString.Contains(IdInUrl, StringComparison.Ordinal) == true;
}

internal enum DeadLetterMode
{
    /// <summary>They go on.</summary>
    Continue,

    /// <summary>They wait, in order and for as long as it takes, until the dead letter is replayed or discarded.</summary>
    Hold,
}

/// <summary><c>Destinations:*:Retry</c></summary>
internal sealed class RetryOptions
{
    /// <summary>The shortest wait after a failure. From 1 s.</summary>
    /// <value>1 s</value>
    public TimeSpan MinDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest. At least <see cref="MinDelay"/>, up to 1 h.</summary>
    /// <value>5 min</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an event is tried, counting only time in which its destination is up, before it becomes a dead letter.</summary>
    /// <value>72 h</value>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(72);
}
