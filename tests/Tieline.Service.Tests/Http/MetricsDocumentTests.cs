using System.Diagnostics.Metrics;
using System.Text;
using Tieline.Diagnostics;
using Tieline.Service.Tests.Support;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Http;

/// <summary><c>docs/metrics.md</c> is made from the instruments of a running Tieline: <c>TIELINE_WRITE_DOCS=1 ./test MetricsDocument</c> writes it anew.</summary>
[Collection(nameof(MetersAreOfTheProcess))]
public sealed class MetricsDocumentTests
{
    /// <summary>The one that is made last.</summary>
    private const string Last = "tieline.conversations.open";

    private static readonly string _path = Repository.FileNamed("docs/metrics.md");

    [Fact]
    public async Task The_document_tells_of_every_instrument_as_it_is()
    {
        var document = Write(await InstrumentsAsync());

        if (Environment.GetEnvironmentVariable("TIELINE_WRITE_DOCS") is { Length: > 0 })
            await File.WriteAllTextAsync(_path, document, TestContext.Current.CancellationToken);

        (await File.ReadAllTextAsync(_path, TestContext.Current.CancellationToken)).ShouldBe(document, "TIELINE_WRITE_DOCS=1 ./test MetricsDocument writes it anew");
    }

    /// <summary>Those that there are with Notifications, which has more than the stream: all.</summary>
    private static async Task<IReadOnlyList<Instrument>> InstrumentsAsync()
    {
        var instruments = new Dictionary<string, Instrument>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                lock (instruments)
                {
                    if (instrument.Meter.Name == TielineMetrics.MeterName)
                        instruments[instrument.Name] = instrument;
                }
            },
        };
        listener.Start();
        await using (var org = await FakeOrg.StartAsync())
        using (var sandbox = RunningTieline.Sandbox(org).Variable("TIELINE_Genesys__Source", "Notifications"))
        await using (await RunningTieline.StartAsync(sandbox))
        {
            while (!Has(instruments, Last))
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
            lock (instruments)
                return [.. instruments.Values.OrderBy(instrument => instrument.Name, StringComparer.Ordinal)];
        }
    }

    private static bool Has(Dictionary<string, Instrument> instruments, string name)
    {
        lock (instruments)
            return instruments.ContainsKey(name);
    }

    private static string Write(IEnumerable<Instrument> instruments)
    {
        var text = new StringBuilder("""
            # Metrics

            Every instrument of the meter `Tieline`, under its OpenTelemetry name and as `/metrics` gives it to Prometheus. Tags come from closed sets; none is an id. `/metrics` also has .NET's own (`dotnet_…`), and, for
            who does not ask for Prometheus's text, JSON that begins with the six figures of the specification. Alerts over these: [deploy/](../deploy/README.md).

            | name | Prometheus | kind | unit | |
            |---|---|---|---|---|

            """);
        foreach (var instrument in instruments)
            text.Append($"| `{instrument.Name}` | `{PrometheusName(instrument)}` | {Kind(instrument)} | {instrument.Unit} | {instrument.Description} |\n");
        return text.ToString();
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" => "counter",
        "UpDownCounter" or "Gauge" or "ObservableGauge" => "gauge",
        "Histogram" => "histogram",
        var other => throw new InvalidOperationException($"{instrument.Name} is of a kind that the document does not know: {other}"),
    };

    private static string PrometheusName(Instrument instrument) =>
        instrument.Name.Replace('.', '_')
        + instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" }
        + (Kind(instrument) == "counter" ? "_total" : "");
}
