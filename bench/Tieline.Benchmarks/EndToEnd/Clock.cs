namespace Tieline.Benchmarks.EndToEnd;

/// <summary>How long something took.</summary>
internal readonly struct Clock
{
    private readonly long _started;

    private Clock(long started) => _started = started;

    public double Seconds => TimeProvider.System.GetElapsedTime(_started).TotalSeconds;

    public static Clock Start() => new(TimeProvider.System.GetTimestamp());

    public static Task WaitAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, CancellationToken.None);
}
