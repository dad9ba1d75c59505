using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>The jobs that were asked for, the last hundred of them.</summary>
internal sealed class JobDesk(Dice dice)
{
    private const int MostJobs = 100;
    private readonly Lock _gate = new();
    private readonly List<DetailsJob> _jobs = [];
    private long _submitted;

    public long Submitted => Interlocked.Read(ref _submitted);

    /// <param name="query">What it shall find.</param>
    /// <param name="now">When it was asked for.</param>
    /// <param name="takes">How long it takes.</param>
    /// <param name="fails">Whether it fails rather.</param>
    public DetailsJob Submit(DetailsQuery query, DateTimeOffset now, TimeSpan takes, bool fails)
    {
        Interlocked.Increment(ref _submitted);
        lock (_gate)
        {
            var job = new DetailsJob(dice.Uuid().ToString(), query, now, now + takes, fails);
            _jobs.Add(job);
            if (_jobs.Count > MostJobs)
            {
                _jobs.RemoveAt(0);
            }
            return job;
        }
    }

    public DetailsJob? Find(string id)
    {
        lock (_gate)
        {
            return _jobs.Find(job => job.Id == id);
        }
    }
}
