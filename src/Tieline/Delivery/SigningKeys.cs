using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;

namespace Tieline.Delivery;

/// <summary>The keys that sign for one destination now: the current one, and the one before while their overlap lasts. Safe from any thread.</summary>
/// <remarks>
/// The files are read again at the first request 10 s after they last were, the current one first: a rotation writes the previous one first, so that what is seen here
/// is never the new key alone. A key that was replaced while this ran signs on too, also where no file has it. What cannot be read, or is no key, leaves the keys as they are.
/// </remarks>
internal sealed partial class SigningKeys
{
    private readonly SigningOptions _options;
    private readonly string _destination;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private Keys _keys;
    private long _readAt;
    private string? _said;

    /// <exception cref="InvalidOperationException">There is no key: the options were not validated, or the file has changed since.</exception>
    public SigningKeys(DestinationOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _destination, _time, _logger) = (options.Signing, options.Name, time, logger);
        var current = ReadCurrent(out var problem)
            ?? throw new InvalidOperationException($"Destination '{_destination}' cannot sign: {problem}");
        _keys = ReadPrevious(current, null, out _);
        _readAt = time.GetTimestamp();
    }

    private bool ReadsFiles => _options.SecretFile is not null || _options.PreviousFile is not null;

    /// <summary>When the one before stops signing; null where none does, or where nothing but the configuration ends it.</summary>
    public DateTimeOffset? PreviousUntil => Now() is { Previous: not null } keys && keys.PreviousUntil != MonotonicTime.Never && _time.GetMonotonicTime() < keys.PreviousUntil ? _time.ToSystemTime(keys.PreviousUntil) : null;

    /// <param name="previous">Null where only the current one signs.</param>
    public SigningKey Current(out SigningKey? previous)
    {
        var keys = Now();
        previous = keys.Previous is not null && _time.GetMonotonicTime() < keys.PreviousUntil ? keys.Previous : null;
        return keys.Current;
    }

    private Keys Now()
    {
        if (ReadsFiles && _time.GetElapsedTime(Interlocked.Read(ref _readAt)) >= SecretText.LookAgain)
            LookAgain();
        return Volatile.Read(ref _keys);
    }

    private void LookAgain()
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_readAt) < SecretText.LookAgain)
                return;
            Interlocked.Exchange(ref _readAt, _time.GetTimestamp());
            var before = _keys;
            var current = ReadCurrent(out var problem) ?? before.Current;
            var keys = ReadPrevious(current, before, out var previousProblem);
            Volatile.Write(ref _keys, keys);
            Say(problem ?? previousProblem);
            if (keys.Current.Text != before.Current.Text)
                LogReplaced(_logger, _destination, keys.Previous is null ? _time.GetUtcNow() : _time.ToSystemTime(keys.PreviousUntil));
        }
    }

    private SigningKey? ReadCurrent(out string? problem)
    {
        if (Parse(_options.Secret, _options.SecretFile, out problem) is not { } key)
            return null;
        if (key.Algorithm == _options.Algorithm)
            return key;
        problem = $"the secret is one for {key.Algorithm}, and Algorithm is {_options.Algorithm}";
        return null;
    }

    private Keys ReadPrevious(SigningKey current, Keys? before, out string? problem)
    {
        problem = null;
        var file = _options.PreviousFile;
        if (file is null ? !_options.PreviousSecret.IsEmpty : File.Exists(file))
        {
            var previous = Parse(_options.PreviousSecret, file, out problem);
            var writtenAt = file is null ? default(DateTimeOffset?) : new DateTimeOffset(File.GetLastWriteTimeUtc(file));
            var until = before?.Previous is { } same && same.Text == previous?.Text && before.PreviousWrittenAt == writtenAt ? before.PreviousUntil : UntilOf(writtenAt);
            if (previous is not null && previous.Text != current.Text && until > _time.GetMonotonicTime())
                return new Keys(current, previous, until, writtenAt);
        }

        if (before is null)
            return new Keys(current, null, MonotonicTime.Always, null);
        return before.Current.Text == current.Text ? before with { Current = current } : new Keys(current, before.Current, _time.GetMonotonicTime() + _options.Overlap, null);
    }

    /// <summary>By the clock as it is when the file is first seen; afterwards nothing that sets the clock moves it. A file of the future is as new as can be.</summary>
    private MonotonicTime UntilOf(DateTimeOffset? writtenAt)
    {
        if (writtenAt is not { } written)
            return MonotonicTime.Never;
        var age = _time.GetUtcNow() - written;
        return _time.GetMonotonicTime() + (_options.Overlap - (age > TimeSpan.Zero ? age : TimeSpan.Zero));
    }

    private static SigningKey? Parse(Secret given, string? file, out string? problem)
    {
        if (file is null)
            return SigningKey.Parse(given.Reveal(), out problem);
        if (SecretText.Read(file, out problem) is not { } text)
            return null;
        var key = SigningKey.Parse(text, out problem);
        if (key is null)
            problem = $"what is in the file '{file}' {problem}";
        return key;
    }

    /// <summary>Once for each thing that is wrong.</summary>
    private void Say(string? problem)
    {
        if (problem is not null && problem != _said)
            LogNotRead(_logger, _destination, problem);
        _said = problem;
    }

    [LoggerMessage(EventId = 3020, EventName = "SecretNotRead", Level = LogLevel.Error, Message = "Destination '{Destination}' signs on with the secret it has: {Problem}")]
    private static partial void LogNotRead(ILogger logger, string destination, string problem);

    [LoggerMessage(EventId = 3021, EventName = "SecretReplaced", Level = LogLevel.Information, Message = "Destination '{Destination}' signs with a new secret; the one before signs too until {Until:O}")]
    private static partial void LogReplaced(ILogger logger, string destination, DateTimeOffset until);

    /// <param name="PreviousWrittenAt">Of its file; null where it is in none.</param>
    private sealed record Keys(SigningKey Current, SigningKey? Previous, MonotonicTime PreviousUntil, DateTimeOffset? PreviousWrittenAt);
}
