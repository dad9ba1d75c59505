using System.Globalization;

namespace Tieline.Service.Configuration;

/// <summary>Reads a length of time as people type it: <c>30s</c>, <c>2m</c>, <c>1h</c>, <c>30</c> (seconds) or <c>00:00:30</c>. Pure.</summary>
internal static class Duration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Contains(':'))
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration) && duration > TimeSpan.Zero;

        var seconds = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        var number = seconds == 0 ? text : text[..^1];
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value <= 0 || value > 1e6)
            return false;
        duration = TimeSpan.FromSeconds(value * Math.Max(1, seconds));
        return true;
    }
}
