using Tieline.Diagnostics;
using Tieline.Service.Configuration;

namespace Tieline.Service.Reload;

/// <summary>Looks at the files of the configuration, and puts in force what has changed in them: once they have held the same at two looks, or at once where somebody asks.</summary>
/// <remarks>It looks rather than being told: two small files every two seconds cost nothing, and no way to replace a file escapes it.</remarks>
/// <param name="apply">Puts a plan in force, as a whole. <see cref="ReloadRefusedException"/>: not at all.</param>
internal sealed partial class ConfigurationFollower(
    FollowedConfiguration followed, ConfigurationInForce inForce, Func<ReloadPlan, CancellationToken, Task> apply, TimeProvider time, TielineMetrics metrics, ILogger<ConfigurationFollower> logger)
{
    /// <summary>Files that change at two looks in a row are still being written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Files that change while they are read are read again so often; then at the next look.</summary>
    private const int Reads = 3;

    private IReadOnlyList<EffectiveValue> _values = followed.Start.Values;
    private IReadOnlyList<string> _files = followed.Start.Files;
    private string? _read;
    private string? _seen;
    private bool _isUnread;

    /// <param name="stopping">Nothing is begun after it; what is being put in force is put in force as a whole.</param>
    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        // What was written between the start's reading and now is news.
        await ReloadAsync(isAsked: false, aborting);
        while (true)
        {
            await followed.WaitAsync(Interval, time, stopping);
            if (stopping.IsCancellationRequested)
                return;
            var isAsked = followed.TakeAsked();
            if (isAsked || IsStill(FileDigest.Of(_files)))
                await ReloadAsync(isAsked, aborting);
        }
    }

    /// <summary>Whether the files are others than those that were read last, and the same as at the look before.</summary>
    private bool IsStill(string digest)
    {
        var isStill = digest != _read && digest == _seen;
        _seen = digest;
        return isStill;
    }

    private async Task ReloadAsync(bool isAsked, CancellationToken aborting)
    {
        if (Read() is not { } read)
        {
            if (isAsked)
                followed.Ask();
            return;
        }

        try
        {
            if (read.Errors.Count > 0)
                Refuse(read.Errors);
            else
                await PutInForceAsync(ReloadPlan.Of(inForce.Options, _values, read), isAsked, aborting);
        }
        catch (ReloadRefusedException e)
        {
            Refuse([e.Error]);
        }
    }

    /// <summary>All layers, of files that did not change meanwhile.</summary>
    private LoadedConfiguration? Read()
    {
        for (var left = Reads; left > 0; left--)
        {
            var before = FileDigest.Of(_files);
            var read = ReadOnce();
            var after = FileDigest.Of(read.Files);
            _files = read.Files;
            if (before != after)
                continue; // others, or written to just now
            // What could not be read is read again at the next look, whether or not it changes.
            _read = _isUnread ? null : after;
            return read;
        }

        return null;
    }

    private LoadedConfiguration ReadOnce()
    {
        try
        {
            _isUnread = false;
            return followed.Read();
        }
#pragma warning disable CA1031 // whatever stands in a file, a Tieline that runs goes on with what it has
        catch (Exception e)
#pragma warning restore CA1031
        {
            _isUnread = true;
            return followed.Start with { Errors = [new ConfigurationError(ConfigurationLoader.FileName, $"cannot be read: {e.GetType().Name}")], Files = _files };
        }
    }

    private async Task PutInForceAsync(ReloadPlan plan, bool isAsked, CancellationToken aborting)
    {
        // Each layer was checked as a whole; what is to hold is part of one and part of another.
        if (OptionsValidation.Validate(plan.Options).ToList() is { Count: > 0 } errors)
        {
            Refuse([.. errors.Select(error => error with { Problem = $"{error.Problem} (with what needs a restart left as it was)" })]);
            return;
        }

        var (wasRefused, waited) = (inForce.Refused.Count > 0, inForce.NeedsRestart);
        if (plan.Applied.Count > 0)
            await apply(plan, aborting);
        IReadOnlyList<string> needsRestart = [.. plan.NeedsRestart.Select(change => change.Key)];
        _values = plan.Values;
        inForce.Accept(plan.Options, needsRestart);
        var (applied, waiting) = (ReloadText.Of(plan.Applied), ReloadText.Of(plan.NeedsRestart));
        if (plan.Applied.Count > 0)
            LogInForce(logger, applied);
        var isNews = !needsRestart.SequenceEqual(waited, StringComparer.Ordinal);
        if (needsRestart.Count > 0 && (isNews || isAsked))
            LogNeedsRestart(logger, waiting);
        if (plan.Applied.Count == 0 && needsRestart.Count == 0 && (wasRefused || isNews || isAsked))
            LogUnchanged(logger);
        if (plan.Applied.Count > 0 || isNews || wasRefused || isAsked)
            Count(plan.Applied.Count > 0 ? "applied" : "unchanged");
    }

    private void Refuse(IReadOnlyList<ConfigurationError> errors)
    {
        if (_isUnread && errors.SequenceEqual(inForce.Refused))
            return; // told already; it is read at each look
        inForce.Refuse(errors);
        var all = string.Join("; ", errors);
        LogRefused(logger, all);
        Count("refused");
    }

    private void Count(string result) => metrics.Reloads.Add(1, new KeyValuePair<string, object?>("tieline.result", result));

    [LoggerMessage(EventId = 5040, EventName = "ConfigurationInForce", Level = LogLevel.Information, Message = "The configuration has changed, and is in force: {Changes}")]
    private static partial void LogInForce(ILogger logger, string changes);

    [LoggerMessage(EventId = 5041, EventName = "ConfigurationRefused", Level = LogLevel.Warning, Message = "The configuration on disk is refused, and what held before holds on: {Errors}")]
    private static partial void LogRefused(ILogger logger, string errors);

    [LoggerMessage(EventId = 5042, EventName = "ConfigurationNeedsRestart", Level = LogLevel.Warning, Message = "Changed in the configuration, and in force only after a restart: {Changes}")]
    private static partial void LogNeedsRestart(ILogger logger, string changes);

    [LoggerMessage(EventId = 5043, EventName = "ConfigurationUnchanged", Level = LogLevel.Information, Message = "The configuration has been read again; what it says is in force already")]
    private static partial void LogUnchanged(ILogger logger);
}
