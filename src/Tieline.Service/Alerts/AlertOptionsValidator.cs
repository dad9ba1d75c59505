using Microsoft.Extensions.Options;
using Tieline.Delivery;

namespace Tieline.Service.Alerts;

internal sealed class AlertOptionsValidator : IValidateOptions<AlertOptions>
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, AlertOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        Between(TimeSpan.Zero, options.GroupWait, TimeSpan.FromHours(1), nameof(options.GroupWait), errors);
        Between(_second, options.GroupInterval, _day, nameof(options.GroupInterval), errors);
        Between(_minute, options.RepeatEvery, TimeSpan.FromDays(30), nameof(options.RepeatEvery), errors);
        foreach (var (rule, patience) in options.For)
        {
            Known(rule, $"For:{rule}", errors);
            Between(TimeSpan.Zero, patience, _day, $"For:{rule}", errors);
        }

        foreach (var (i, rule) in options.Off.Index())
            Known(rule, $"Off:{i}", errors);
        ValidateWebhook(options.Webhook, errors);
        return errors.Build();
    }

    private static void ValidateWebhook(AlertWebhookOptions webhook, ValidateOptionsResultBuilder errors)
    {
        if (webhook.IsOn && !(Uri.TryCreate(webhook.Url.Reveal(), UriKind.Absolute, out var url) && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback)) && url.UserInfo.Length == 0))
            errors.AddError("must be an absolute URL that starts with https:// (or http:// for a loopback address), without a user or password", $"{AlertOptions.Section}:Webhook:Url");
        if (!webhook.IsOn && (webhook.Headers.Count > 0 || webhook.Signing.IsOn))
            errors.AddError("required with Headers or Signing beside it: where notices are posted", $"{AlertOptions.Section}:Webhook:Url");
        Between(TimeSpan.FromMilliseconds(100), webhook.Timeout, _minute, "Webhook:Timeout", errors);
        foreach (var (header, value) in webhook.Headers)
        {
            if ((HeaderNames.Problem(header) ?? LiveSecret.Problem(value.Reveal())) is { } problem)
                errors.AddError(problem, $"{AlertOptions.Section}:Webhook:Headers:{header}");
        }
    }

    private static void Known(string rule, string key, ValidateOptionsResultBuilder errors)
    {
        if (AlertRules.All.All(known => known.Name != rule))
            errors.AddError($"must be the name of an alert ({string.Join(", ", AlertRules.All.Select(known => known.Name))}), was '{rule}'", $"{AlertOptions.Section}:{key}");
    }

    private static void Between(TimeSpan least, TimeSpan value, TimeSpan most, string key, ValidateOptionsResultBuilder errors)
    {
        if (value < least || value > most)
            errors.AddError($"must be from {least} to {most}, was {value}", $"{AlertOptions.Section}:{key}");
    }
}
