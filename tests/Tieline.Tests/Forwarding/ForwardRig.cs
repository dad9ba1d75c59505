using System.Text;
using Tieline.Audit;
using Tieline.Diagnostics;
using Tieline.Forwarding;
using Tieline.TestKit;
using Tieline.Tests.Audit;

namespace Tieline.Tests.Forwarding;

/// <summary>A forwarder over a log that a projection has written, and a receiver that does as it is told.</summary>
internal sealed class ForwardRig : IDisposable
{
    private readonly TielineMetrics _metrics = new();
    private readonly CancellationTokenSource _stopping = new();

    public AuditRig Log { get; } = new();

    public ManualTime Clock { get; } = new();

    public LogGuard Logs { get; } = new();

    public Receiver Siem { get; } = new();

    public AuditMark Mark { get; } = new();

    public ForwardOptions Options { get; } = new();

    public string PositionFile => Path.Combine(Log.Data, ForwardPosition.FileName);

    /// <summary>Writes facts as far as this one into the log, signs them, and tells that they are durable.</summary>
    public async Task WriteAsync(int upTo)
    {
        Log.Facts.Add(AuditFacts.Some(Log.Facts.All.Count + 1, upTo));
        await Log.RunOnceAsync();
        Mark.Set(Durable());
    }

    /// <summary>The log's end, as it stands in the files.</summary>
    public AuditPosition Durable() => AuditTail.Read(Log.Audit, null).Position;

    public AuditForwarder Forwarder() => new(Log.Data, Mark, Siem, Options, _metrics, Clock, () => 0, Logs.For<AuditForwarder>());

    /// <summary>One start and stop, with a log that gets nothing more.</summary>
    public async Task RunOnceAsync()
    {
        Mark.Finish();
        await Forwarder().RunAsync(new CancellationToken(canceled: true), CancellationToken.None);
    }

    /// <summary>What a receiver should have: the log's lines in order and each checkpoint behind the line it signs.</summary>
    public void ShouldHaveArrivedOnce()
    {
        Siem.Lines.Where(line => !line.Contains("\"signature\"", StringComparison.Ordinal)).ShouldBe(Log.Lines);
        Siem.Lines.Where(line => line.Contains("\"signature\"", StringComparison.Ordinal)).ShouldBe(File.ReadAllLines(Log.Checkpoints));
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _metrics.Dispose();
        Log.Dispose();
        Logs.Dispose();
    }

    /// <summary>Takes lines, or refuses them.</summary>
    internal sealed class Receiver : IForwardSink
    {
        public List<string> Lines { get; } = [];

        public List<int> Batches { get; } = [];

        public string? Problem { get; set; }

        public int Attempts { get; private set; }

        public Task SendAsync(IReadOnlyList<ForwardRecord> records, CancellationToken cancellation)
        {
            Attempts++;
            if (Problem is not null)
                throw new ForwardException(Problem);
            Batches.Add(records.Count);
            Lines.AddRange(records.Select(record => Encoding.UTF8.GetString(record.Line)));
            return Task.CompletedTask;
        }

        public Task ProbeAsync(CancellationToken cancellation) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
