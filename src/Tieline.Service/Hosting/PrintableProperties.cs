using Serilog.Core;
using Serilog.Events;
using Tieline.Diagnostics;

namespace Tieline.Service.Hosting;

/// <summary>Makes the texts in a log event <see cref="Printable"/> before anything is written of it: to the terminal, as JSON or to a collector.</summary>
internal sealed class PrintableProperties : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        List<LogEventProperty>? changed = null;
        foreach (var (name, value) in logEvent.Properties)
        {
            if (value is ScalarValue { Value: string text } && Printable.Of(text) is var printable && !ReferenceEquals(printable, text))
                (changed ??= []).Add(new LogEventProperty(name, new ScalarValue(printable)));
        }

        changed?.ForEach(logEvent.AddOrUpdateProperty);
    }
}
