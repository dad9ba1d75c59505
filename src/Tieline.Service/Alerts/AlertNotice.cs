using System.Security.Cryptography;
using System.Text;

namespace Tieline.Service.Alerts;

/// <summary>What is to be told of one rule: all that fires, and what is over since it was last told.</summary>
internal sealed record AlertNotice(AlertRule Rule, IReadOnlyList<Alert> Alerts, DateTimeOffset? ToldAt)
{
    /// <summary>The same for the same news, so that a receiver can drop what comes twice.</summary>
    public string Id
    {
        get
        {
            var news = string.Join('\n', Alerts.Select(alert => $"{alert.Labels} {alert.State} {alert.FiredAt:O}"));
            return "alert_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Rule.Name}\n{ToldAt:O}\n{news}")).AsSpan(0, 16));
        }
    }

    public bool IsFiring => Alerts.Any(alert => alert.State == AlertState.Firing);
}
