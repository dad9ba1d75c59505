extern alias receiver;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using receiver::CrmReceiver;
using Tieline.Delivery;

namespace Tieline.Service.Tests.CrmReceiver;

public class SignatureTests
{
    // 2026-03-02T09:15:00Z, the rig's clock.
    private const long Now = 1772442900;

    private static readonly byte[] _key = Encoding.UTF8.GetBytes("a key of at least twenty-four bytes");
    private static readonly string _secret = "whsec_" + Convert.ToBase64String(_key);

    [Theory]
    [InlineData(Now)]
    [InlineData(Now - 300)]
    [InlineData(Now + 300)]
    public async Task A_good_signature_is_accepted(long timestamp)
    {
        await using var rig = await StartAsync();

        (await PostAsync(rig, timestamp, Sign(timestamp))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_good_signature_among_several_is_enough()
    {
        await using var rig = await StartAsync();

        (await PostAsync(rig, Now, $"v1,AAAA v2,whatever {Sign(Now)}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(Now - 301)]
    [InlineData(Now + 301)]
    [InlineData(long.MaxValue)]
    public async Task A_recording_is_refused(long timestamp)
    {
        await using var rig = await StartAsync();

        (await PostAsync(rig, timestamp, Sign(timestamp))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1,")]
    [InlineData("v1,not base64")]
    [InlineData("v1,AAAA")]
    [InlineData("v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task A_wrong_signature_is_refused(string signature)
    {
        await using var rig = await StartAsync();

        (await PostAsync(rig, Now, signature)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await rig.RecordsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_signature_of_another_body_is_refused()
    {
        await using var rig = await StartAsync();

        (await rig.PostAsync("evt_1", ReceiverRig.Body("c2"), headers: [("webhook-timestamp", $"{Now}"), ("webhook-signature", Sign(Now))]))
            .StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    /// <summary>The example of the Standard Webhooks libraries.</summary>
    [Fact]
    public void The_published_example_verifies()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1614265330));
        new SignatureCheck("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", clock)
            .Problem("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "{\"test\": 2432232314}"u8)
            .ShouldBeNull();
    }

    [Theory]
    [InlineData("whsec_not-base64")]
    [InlineData("whsec_")]
    public void A_secret_that_cannot_be_one_stops_the_start_without_being_repeated(string secret) =>
        Should.Throw<ReceiverOptionsException>(() => new SignatureCheck(secret, TimeProvider.System)).Message.ShouldNotContain("not-base64");

    /// <summary>The receiver has one of the two secrets that sign while they are being changed over.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_Tieline_signs_is_accepted_with_the_old_secret_and_with_the_new(bool isOld)
    {
        var other = SigningKey.Create(SigningAlgorithm.V1).Text;
        var options = new DestinationOptions();
        (options.Signing.Secret, options.Signing.PreviousSecret) = isOld ? (new Secret(other), new Secret(_secret)) : (new Secret(_secret), new Secret(other));
        var keys = new SigningKeys(options, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await using var rig = await StartAsync();

        (await PostAsync(rig, Now, WebhookSignature.Of(keys, "evt_1", $"{Now}", Encoding.UTF8.GetBytes(ReceiverRig.Body())))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static Task<ReceiverRig> StartAsync() => ReceiverRig.StartAsync("--CRM_WEBHOOK_SECRET", _secret);

    private static Task<HttpResponseMessage> PostAsync(ReceiverRig rig, long timestamp, string signature) =>
        rig.PostAsync("evt_1", ReceiverRig.Body(), headers: [("webhook-timestamp", $"{timestamp}"), ("webhook-signature", signature)]);

    private static string Sign(long timestamp) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"evt_1.{timestamp}.{ReceiverRig.Body()}")));
}
