using System.Globalization;

namespace Tieline.Service.Web.Shell;

/// <summary>How this browser wants to see things: from cookies that its own script writes, so that the first paint is right.</summary>
/// <param name="Theme"><c>system</c>, <c>light</c>, <c>dark</c> or <c>contrast</c>.</param>
/// <param name="IsLocal">Times are shown in <paramref name="Zone"/>, not in UTC.</param>
/// <param name="Zone">An IANA name, or an offset in minutes east of UTC; null: not known yet.</param>
/// <param name="HasShortcuts">Single keys do something (WCAG 2.1.4: they can be switched off).</param>
public sealed record Preferences(string Theme, bool IsLocal, string? Zone, bool HasShortcuts)
{
    private const string ThemeCookie = "tieline-theme";
    private const string TimeCookie = "tieline-time";
    private const string ZoneCookie = "tieline-zone";
    private const string KeysCookie = "tieline-keys";

    public static IReadOnlyList<string> Themes { get; } = ["system", "light", "dark", "contrast"];

    public static Preferences Of(HttpContext? context)
    {
        var cookies = context?.Request.Cookies;
        var theme = cookies?[ThemeCookie];
        return new Preferences(
            theme is not null && Themes.Contains(theme) ? theme : Themes[0], cookies?[TimeCookie] == "local", cookies?[ZoneCookie] is { Length: < 64 } zone ? Uri.UnescapeDataString(zone) : null, cookies?[KeysCookie] != "off");
    }

    /// <summary>The zone that times are shown in.</summary>
    public TimeZoneInfo TimeZone
    {
        get
        {
            if (!IsLocal || Zone is null)
                return TimeZoneInfo.Utc;
            if (TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out var found))
                return found;
            return int.TryParse(Zone, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var minutes) && Math.Abs(minutes) <= 14 * 60
                ? TimeZoneInfo.CreateCustomTimeZone("browser", TimeSpan.FromMinutes(minutes), "browser", "browser")
                : TimeZoneInfo.Utc;
        }
    }
}
