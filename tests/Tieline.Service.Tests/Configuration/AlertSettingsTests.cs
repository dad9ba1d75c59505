using Tieline.Service.Alerts;
using Tieline.Service.Configuration;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class AlertSettingsTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void Nobody_is_told_unless_a_webhook_is_named()
    {
        var alerts = _sandbox.Options().Alerts;

        (alerts.Webhook.IsOn, alerts.GroupWait, alerts.GroupInterval, alerts.RepeatEvery).ShouldBe((false, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), TimeSpan.FromHours(4)));
    }

    [Fact]
    public void The_url_is_a_secret_and_may_stand_in_a_file()
    {
        _sandbox.File("hook", "https://hooks.example/T0/B0/hush\n");

        var alerts = _sandbox.Options("Alerts:Webhook:Url_FILE=hook", "Alerts:Webhook:Format=slack", "Alerts:For:TielineDestinationDown=15min", "Alerts:Off=TielineQuotaRunsOut").Alerts;

        (alerts.Webhook.Url.Reveal(), alerts.Webhook.Format, alerts.For["TielineDestinationDown"], alerts.Off.Single()).ShouldBe(("https://hooks.example/T0/B0/hush", AlertFormat.Slack, TimeSpan.FromMinutes(15), "TielineQuotaRunsOut"));
        var options = new TielineOptions { Alerts = alerts };
        EffectiveValue.All(options, new Dictionary<string, GivenSetting>(StringComparer.OrdinalIgnoreCase)).ShouldAllBe(value => !value.Value.Contains("hush", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_wrong_is_told_all_at_once_and_without_the_secrets()
    {
        var errors = _sandbox.Errors(
            "Alerts:Webhook:Url=http://hooks.example/hush", "Alerts:Webhook:Headers:a b=hush", "Alerts:Webhook:Signing:Secret=hush", "Alerts:Webhook:Timeout=1h",
            "Alerts:RepeatEvery=1s", "Alerts:For:TielineDown=1min", "Alerts:Off=Nonsense");

        errors.Count.ShouldBe(7, string.Join('\n', errors));
        errors.ShouldAllBe(error => !error.Contains("hush", StringComparison.Ordinal));
        errors.ShouldContain("Alerts:RepeatEvery: must be from 00:01:00 to 30.00:00:00, was 00:00:01");
        errors.ShouldContain(error => error.StartsWith("Alerts:For:TielineDown: must be the name of an alert (TielineNotReady, ", StringComparison.Ordinal));
        errors.ShouldContain(error => error.EndsWith("was 'Nonsense'", StringComparison.Ordinal));
        _sandbox.Errors("Alerts:Webhook:Headers:x=y").Single().ShouldStartWith("Alerts:Webhook:Url: required with Headers or Signing");
    }
}
