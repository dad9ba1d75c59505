using Tieline.Service.Telemetry;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class TelemetrySettingsTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void Nothing_is_sent_unless_a_collector_is_named()
    {
        var telemetry = _sandbox.Options().Telemetry;

        (telemetry.Otlp.Endpoint, telemetry.Otlp.Protocol, telemetry.TraceRatio).ShouldBe((null, OtlpProtocol.HttpProtobuf, 0.01));
    }

    [Fact]
    public void Every_key_can_be_given()
    {
        var telemetry = _sandbox.Options("Telemetry:Otlp:Endpoint=https://otlp.example/x", "Telemetry:Otlp:Protocol=grpc", "Telemetry:Otlp:Headers:api-key=hidden", "Telemetry:TraceRatio=1").Telemetry;

        (telemetry.Otlp.Endpoint!.OriginalString, telemetry.Otlp.Protocol, telemetry.Otlp.Headers["api-key"].Reveal(), telemetry.TraceRatio).ShouldBe(("https://otlp.example/x", OtlpProtocol.Grpc, "hidden", 1d));
    }

    [Fact]
    public void What_is_wrong_is_told_all_at_once_and_without_the_secrets()
    {
        var errors = _sandbox.Errors("Telemetry:Otlp:Endpoint=http://otlp.example:4318", "Telemetry:Otlp:Headers:api-key=top,secret", "Telemetry:Otlp:Headers:a b=x", "Telemetry:TraceRatio=2");

        errors.Count.ShouldBe(4, string.Join('\n', errors));
        errors.ShouldContain("Telemetry:TraceRatio: must be from 0 to 1, was 2");
        errors.ShouldContain(error => error.StartsWith("Telemetry:Otlp:Endpoint: ", StringComparison.Ordinal));
        errors.ShouldContain("Telemetry:Otlp:Headers:a b: must be the name of a header: letters, digits, - and _");
        errors.ShouldAllBe(error => !error.Contains("secret", StringComparison.Ordinal));
    }
}
