using System.Collections.Concurrent;
using Tieline.Journal;
using Tieline.Service.Hosting;

namespace Tieline.Service.Web.Access;

/// <summary>Sessions that ended before their time, by a sign-out. In memory and in the journal, so that a restart brings none back; forgotten when their time has come.</summary>
internal sealed partial class EndedSessions(RunningParts parts, TimeProvider time, ILogger<EndedSessions> logger)
{
    /// <summary>Whoever signs out waits no longer for the disk.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new(StringComparer.Ordinal);

    /// <summary>Those of runs before this one.</summary>
    public void Know(IEnumerable<string> sessions)
    {
        foreach (var session in sessions)
            _ended.TryAdd(session, DateTimeOffset.MaxValue);
    }

    public bool Contains(string session) => _ended.ContainsKey(session);

    /// <param name="until">When it would have ended by itself.</param>
    /// <param name="by">Whose it is, as the audit log names them.</param>
    public async Task AddAsync(string session, DateTimeOffset until, string by)
    {
        var now = time.GetUtcNow();
        foreach (var (old, end) in _ended)
        {
            if (end < now)
                _ended.TryRemove(old, out _);
        }

        _ended[session] = until;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (parts.Admin is not { } admin || !admin.Journal.TryPost(new JournalWork.EndSession(session, until, by, done)))
        {
            LogNotKept(logger);
            return;
        }

        try
        {
            await done.Task.WaitAsync(_patience, time);
        }
        catch (TimeoutException)
        {
            LogNotKept(logger);
        }
    }

    [LoggerMessage(EventId = 5075, EventName = "SignOutNotKept", Level = LogLevel.Warning, Message = "A sign-out is not on the disk yet: after a restart a copy of its cookie may hold until its time. Check the disk")]
    private static partial void LogNotKept(ILogger logger);
}
