using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tieline.Delivery;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

/// <summary>Connections that end when nobody expects it, and what else lies between: no event is lost with them, and none is blamed.</summary>
public sealed class ConnectionLossTests
{
    [Fact]
    public async Task A_kept_connection_that_the_server_closed_meanwhile_costs_no_event()
    {
        // It says that it keeps the connection, and closes it after each answer.
        await using var server = RawServer.Start(RawServer.Text("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", closes: true));
        await using var rig = Rig(server.Url);
        await rig.AppendAsync(Enumerable.Range(0, 40).Select(number => $"c{number % 4}"));
        rig.Start();
        await rig.SettledAsync(40);

        server.Connections.ShouldBeGreaterThanOrEqualTo(40);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    [Fact]
    public async Task A_name_that_is_not_found_is_tried_again_and_no_event_is_blamed()
    {
        await using var rig = Rig(new Uri("http://crm.invalid/hook"));
        rig.Options.Retry.GiveUpAfter = TimeSpan.FromHours(1);
        await rig.AppendAsync("c1", "c2", "c3");
        rig.Start();
        await rig.CountsAsync("SELECT count(*) FROM attempt WHERE outcome = 'connect-failed'", 1);

        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
        rig.Count("SELECT count(*) FROM delivery").ShouldBe(0);
    }

    [Fact]
    public async Task Http2_connections_that_end_with_every_request_lose_no_event()
    {
        using var directory = new TempDirectory();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Certificate(key);
        await File.WriteAllTextAsync(directory.FileNamed("ca.pem"), certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        var seen = new ConcurrentDictionary<string, int>();
        var protocols = new ConcurrentDictionary<string, int>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using var app = builder.Build();
        app.Run(context =>
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()!.RequestClose(); // HTTP/2: GOAWAY
            seen.AddOrUpdate(context.Request.Headers["webhook-id"].ToString(), 1, (_, times) => times + 1);
            protocols.AddOrUpdate(context.Request.Protocol, 1, (_, times) => times + 1);
            return Task.CompletedTask;
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        await using var rig = Rig(new Uri($"https://localhost:{new Uri(app.Urls.Single()).Port}/hook"));
        rig.Options.Tls.CaFile = directory.FileNamed("ca.pem");
        await rig.AppendAsync(Enumerable.Range(0, 60).Select(number => $"c{number % 20}"));
        rig.Start();
        await rig.SettledAsync(60);

        protocols.Keys.ShouldBe(["HTTP/2"]);
        seen.Count.ShouldBe(60);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    [Fact]
    public async Task Each_attempt_is_signed_anew_over_the_bytes_that_it_sends()
    {
        using var logs = new LogGuard();
        var clock = new ManualTime();
        var options = new DestinationOptions();
        options.Signing.Secret = new Secret(SigningKey.Create(SigningAlgorithm.V1).Text);
        var keys = new SigningKeys(options, clock, logs.For<SigningKeys>());
        var attempts = new List<(string Timestamp, string Signature, byte[] Body)>();
        await using var crm = await CrmServer.StartAsync();
        crm.Answer = (request, context) =>
        {
            attempts.Add((context.Request.Headers["webhook-timestamp"].ToString(), context.Request.Headers["webhook-signature"].ToString(), Encoding.UTF8.GetBytes(request.Body)));
            context.Response.StatusCode = request.Number == 1 ? 503 : 200;
            return Task.CompletedTask;
        };
        options.Url = crm.Url;
        using var metrics = new Tieline.Diagnostics.TielineMetrics();
        using var http = new HttpMessageInvoker(Destination.CreateHandler(options));
        var destination = new Destination(options, http, new WebhookRequestFactory(options, "test", signing: keys), clock, metrics);
        var entry = Entries.Entry(1, "Größe-日本-😀", participants: """[{"purpose":"agent","userId":"\u00e9\u001B\ud83d\ude00"}]""");
        await destination.SendAsync(entry, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromMinutes(10)); // a receiver refuses what is five minutes off
        (await destination.SendAsync(entry, TestContext.Current.CancellationToken)).ShouldBe(new DeliveryOutcome.Accepted(200));

        attempts.Count.ShouldBe(2);
        (long.Parse(attempts[1].Timestamp, CultureInfo.InvariantCulture) - long.Parse(attempts[0].Timestamp, CultureInfo.InvariantCulture)).ShouldBe(600);
        foreach (var (timestamp, signature, body) in attempts)
            signature.ShouldBe(WebhookSignature.Of(keys, entry.Id.ToString(), timestamp, body));
    }

    [Fact]
    public async Task One_conversation_that_is_always_refused_comes_to_an_end_and_its_attempts_are_on_record()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.Retry.GiveUpAfter = TimeSpan.FromMilliseconds(60);
        rig.Options.Concurrency = 1;
        crm.Answer = (request, context) =>
        {
            context.Response.StatusCode = request.ConversationId == "refused" ? 403 : 200;
            return Task.CompletedTask;
        };
        await rig.AppendAsync("refused");
        rig.Start();
        for (var other = 0; rig.Count("SELECT count(*) FROM dead_letter") == 0; other++)
        {
            await rig.AppendAsync($"c{other}");
            await rig.CountsAsync("SELECT count(*) FROM delivery WHERE status = 200", other + 1);
        }

        rig.Count("SELECT count(*) FROM dead_letter WHERE conversation = 'refused' AND status = 403").ShouldBe(1);
        rig.Count("SELECT max(attempts) FROM delivery").ShouldBeGreaterThan(2);
    }

    private static DeliveryRig Rig(Uri url)
    {
        var rig = DeliveryRig.Quick(url);
        rig.Options.Timeout = TimeSpan.FromSeconds(20);
        return rig;
    }

    private static X509Certificate2 Certificate(ECDsa key)
    {
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow(); // OpenSSL has the machine's clock
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
