using Microsoft.Extensions.Options;

namespace Tieline.Service.Telemetry;

internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (options.TraceRatio is not (>= 0 and <= 1))
            errors.AddError($"must be from 0 to 1, was {options.TraceRatio.ToString(System.Globalization.CultureInfo.InvariantCulture)}", $"{TelemetryOptions.Section}:TraceRatio");
        foreach (var (header, value) in options.Otlp.Headers)
        {
            if (header.Length == 0 || !header.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                errors.AddError("must be the name of a header: letters, digits, - and _", $"{TelemetryOptions.Section}:Otlp:Headers:{header}");
            else if (value.Reveal().Any(c => c is ',' or '\r' or '\n'))
                errors.AddError("must be on one line and without a comma, which OTLP's headers cannot carry", $"{TelemetryOptions.Section}:Otlp:Headers:{header}");
        }

        return errors.Build();
    }
}
