namespace Tieline.Service.Doctor;

/// <summary>What came of asking a <see cref="Target"/>.</summary>
/// <param name="Status">Of the answer; null where there was none.</param>
/// <param name="Date">What time it is there, in whole seconds; null where it does not say.</param>
/// <param name="SentAt">By our clock, as <paramref name="ReceivedAt"/>.</param>
/// <param name="Certificate">Null where no handshake came so far.</param>
/// <param name="Problem">Why there was no answer, in a few words.</param>
internal sealed record ProbeAnswer(int? Status, DateTimeOffset? Date, DateTimeOffset SentAt, DateTimeOffset ReceivedAt, SeenCertificate? Certificate, string? Problem)
{
    public TimeSpan Took => ReceivedAt - SentAt;
}
