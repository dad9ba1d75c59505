using System.Text.Json.Nodes;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>Who came in, who took a copy, and who was refused: counted, logged, and on record in the audit log. Refusals are logged and on record once a minute and kind, with their number: strangers can make any number of them.</summary>
internal sealed partial class AccessMonitor(RunningParts parts, TielineMetrics metrics, TimeProvider time, ILogger<AccessMonitor> logger)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    private static readonly string[] _names = [.. Enum.GetNames<Refusal>().Select(name => name.ToLowerInvariant())];

    private readonly BoundedLog[] _refusals = Array.ConvertAll(_names, _ => new BoundedLog(time, _interval));

    public void Refused(Refusal refusal)
    {
        var name = _names[(int)refusal];
        metrics.AccessRefused.Add(1, new KeyValuePair<string, object?>("tieline.refusal", name));
        if (!_refusals[(int)refusal].MayLog(out var suppressed))
            return;
        var count = suppressed + 1;
        LogRefused(logger, name, count);
        Note("access-refused", new JsonObject { ["what"] = name, ["count"] = count });
    }

    /// <param name="by">As the audit log names them.</param>
    /// <param name="way"><c>token</c>, <c>link</c> or <c>provider</c>.</param>
    public void SignedIn(string by, string role, string way)
    {
        metrics.SignIns.Add(1, new KeyValuePair<string, object?>("tieline.way", way));
        LogSignedIn(logger, role, way);
        Note("signed-in", new JsonObject { ["role"] = role, ["way"] = way, ["by"] = by });
    }

    /// <summary>Somebody took a copy of lines of the audit log.</summary>
    public void Exported(string by)
    {
        LogExported(logger);
        Note("exported", new JsonObject { ["what"] = "audit log", ["by"] = by });
    }

    /// <summary>Nobody waits for the disk: whoever must look at what is wrong with it gets in.</summary>
    private void Note(string action, JsonObject detail)
    {
        if (parts.Admin is { } admin && !admin.Journal.TryPost(new JournalWork.Note(action, detail.ToJsonString())))
            LogNotNoted(logger, action);
    }
}
