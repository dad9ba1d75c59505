using System.Text.Json.Nodes;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Service.Hosting;
using Tieline.Service.Reload;

namespace Tieline.Service.Desks;

/// <summary>What a person may decide about a destination that is configured: for the API and the console alike. What is done stands in the audit log.</summary>
internal sealed class DestinationDesk(ConfigurationInForce configuration, RunningParts parts, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>Characters of a reason at most: it must fit a line of the audit log.</summary>
    public const int MaxReason = 300;

    /// <summary>What is wrong with a reason; null where nothing is.</summary>
    public static string? CheckReason(string? reason) => reason switch
    {
        null => "reason is required: it stands in the audit log",
        { Length: > MaxReason } => $"reason must be at most {MaxReason} characters",
        _ when Printable.Tidy(reason).Length == 0 => "reason is required: it stands in the audit log",
        _ => reason.Any(char.IsControl) ? "reason must be one line of text" : null,
    };

    public bool IsConfigured(string name) => configuration.Options.Destinations.Any(one => one.Name == name);

    /// <summary>Nothing goes to it until it is resumed, also over a restart; what is in flight ends. Done once it is durable.</summary>
    /// <param name="reason">See <see cref="CheckReason"/>.</param>
    /// <param name="by">Who decided.</param>
    /// <returns>False where it is paused already.</returns>
    public static Task<bool> PauseAsync(AdminParts admin, string name, string reason, string by, CancellationToken cancellation) => admin.Journal.PauseAsync(name, by, reason, cancellation);

    /// <returns>False where it is not paused.</returns>
    /// <inheritdoc cref="PauseAsync"/>
    public static Task<bool> ResumeAsync(AdminParts admin, string name, string by, CancellationToken cancellation) => admin.Journal.ResumeAsync(name, by, cancellation);

    /// <summary>Who paused it, when and why; null where nobody has.</summary>
    public static DestinationPause? PauseOf(AdminParts admin, string name) => admin.Journal.PauseOf(admin.Journal.NumberOf(name));

    /// <summary>How it stands now; null where it does not run.</summary>
    public DispatcherStatus? StatusOf(string name) => parts.Current?.Dispatchers.Select(dispatcher => dispatcher.Status).FirstOrDefault(status => status.Destination == name);

    /// <summary>Sends a made-up event to a destination, as any event is sent, beside all that waits; also to one that is paused.</summary>
    public async Task<TestReport> TestAsync(AdminParts admin, string name, string by, CancellationToken cancellation)
    {
        var configured = configuration.Options.Destinations.First(one => one.Name == name);
        using var handler = Destination.CreateHandler(configured);
        using var metrics = new TielineMetrics(); // none of the real ones: it says nothing about what people's events meet
        var detail = new JsonObject { ["what"] = "test event", ["destination"] = name, ["by"] = by };
        await admin.Journal.PostAsync(new JournalWork.Note("requested", detail.ToJsonString()), cancellation);
        var began = time.GetTimestamp();
        var outcome = await Destination.Create(configured, handler, ProgramVersion.Text, time, metrics, loggers).SendAsync(SampleEntries.All[0], cancellation);
        return TestReport.Of(name, outcome, time.GetElapsedTime(began));
    }
}
