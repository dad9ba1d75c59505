using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Tieline.Delivery;
using Tieline.Service.Http;

namespace Tieline.Service.Tests.Http;

/// <summary>What is said of certificates and secrets, to health and to scripts.</summary>
public sealed class LifetimesTests : IDisposable
{
    private static readonly DateTimeOffset _now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tieline-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(14.1, null)]
    [InlineData(13, "our client certificate for destination 'crm' ends at 2026-03-15 09:00 UTC; nothing gets there after that")]
    [InlineData(-1, "our client certificate for destination 'crm' ended at 2026-03-01 09:00 UTC; have it renewed")]
    public void A_certificate_that_ends_within_fourteen_days_is_a_note(double days, string? expected) =>
        CertificateCheck.NoteOf([new DestinationLifetimes(new DestinationOptions()), Certified("crm", days)], _now).ShouldBe(expected);

    [Fact]
    public void Of_several_the_one_that_ends_first_is_told() =>
        CertificateCheck.NoteOf([Certified("a", 5), Certified("b", 2), Certified("c", 100)], _now)!.ShouldStartWith("our client certificate for destination 'b' ends at 2026-03-04");

    [Fact]
    public void Scripts_are_told_times_and_never_a_secret()
    {
        var file = Path.Combine(_folder.FullName, "token");
        File.WriteAllText(file, "hunter2");
        File.SetLastWriteTimeUtc(file, _now.AddDays(-3).UtcDateTime);
        var json = new JsonObject();

        DestinationJson.Add(json, Certified("crm", 5, new AuthenticationOptions { Type = AuthenticationType.Header, ValueFile = file }));

        JsonNode.DeepEquals(json, JsonNode.Parse(
            """
            {"serverCertificateUntil":null,"clientCertificateUntil":"2026-03-07T09:00:00.000Z","secrets":[{"secret":"header","changedAt":"2026-02-27T09:00:00.000Z"}],"previousKeyUntil":null}
            """)).ShouldBeTrue(json.ToJsonString());
    }

    private static DestinationLifetimes Certified(string name, double days, AuthenticationOptions? authentication = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=tieline", key, HashAlgorithmName.SHA256).CreateSelfSigned(_now.AddDays(-30), _now.AddDays(days));
        using var handler = new SocketsHttpHandler { SslOptions = { ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true) } };
        var lifetimes = new DestinationLifetimes(new DestinationOptions { Name = name, Authentication = authentication ?? new AuthenticationOptions() });
        lifetimes.Watch(handler);
        return lifetimes;
    }
}
