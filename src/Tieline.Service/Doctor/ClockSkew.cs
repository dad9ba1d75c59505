namespace Tieline.Service.Doctor;

/// <summary>How far two clocks are apart at least. Pure.</summary>
internal static class ClockSkew
{
    /// <param name="date">Their time when they answered, cut to whole seconds.</param>
    /// <param name="sentAt">Our time before, and <paramref name="receivedAt"/> after.</param>
    /// <returns>Positive where our clock is behind theirs; zero where one second and the way there and back explain the difference.</returns>
    public static TimeSpan Of(DateTimeOffset date, DateTimeOffset sentAt, DateTimeOffset receivedAt)
    {
        var least = date - receivedAt;
        var most = date + TimeSpan.FromSeconds(1) - sentAt;
        return least > TimeSpan.Zero ? least : most < TimeSpan.Zero ? most : TimeSpan.Zero;
    }
}
