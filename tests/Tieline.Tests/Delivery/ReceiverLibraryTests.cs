using System.Globalization;
using System.Text;
using Tieline.Delivery;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

/// <summary>What the CRM's own libraries make of what is sent.</summary>
public sealed class ReceiverLibraryTests
{
    [Fact]
    public async Task The_library_of_standard_webhooks_verifies_a_signature_of_either_secret()
    {
        using var logs = new LogGuard();
        using var package = await NodePackage.InstallAsync("standardwebhooks@1.1.1");
        var (current, previous) = (SigningKey.Create(SigningAlgorithm.V1), SigningKey.Create(SigningAlgorithm.V1));
        var options = new DestinationOptions();
        (options.Signing.Secret, options.Signing.PreviousSecret) = (new Secret(current.Text), new Secret(previous.Text));
        var entry = Entries.Entry(1, "Größe-日本");
        var body = PlainBody.Write(entry);
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture); // the library has the machine's clock
        var signature = WebhookSignature.Of(new SigningKeys(options, TimeProvider.System, logs.For<SigningKeys>()), entry.Id.ToString(), timestamp, body.Span);

        foreach (var key in (SigningKey[])[current, previous])
        {
            await package.RunAsync(
                """
                const { Webhook } = require("standardwebhooks");
                const [secret, id, timestamp, signature, body] = process.argv.slice(2);
                const verify = (text) => new Webhook(secret).verify(text, { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature });
                if (verify(body).conversationId !== "Größe-日本") throw new Error("another body");
                try { verify(body + " "); } catch { process.exit(0); }
                throw new Error("a changed body was taken");
                """,
                key.Text, entry.Id.ToString(), timestamp, signature, Encoding.UTF8.GetString(body.Span));
        }
    }

    /// <summary>The library has no v1a; Node's own Ed25519 does.</summary>
    [Fact]
    public async Task A_receiver_with_the_public_key_alone_verifies_v1a()
    {
        using var package = await NodePackage.InstallAsync("standardwebhooks@1.1.1");
        var key = SigningKey.Create(SigningAlgorithm.V1a);
        await package.RunAsync(
            """
            const crypto = require("node:crypto");
            const [publicKey, signature, content] = process.argv.slice(2);
            const x = Buffer.from(publicKey.slice("whpk_".length), "base64").toString("base64url");
            const key = crypto.createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
            if (!crypto.verify(null, Buffer.from(content), key, Buffer.from(signature.slice("v1a,".length), "base64"))) throw new Error("not verified");
            """,
            key.ForReceiver, key.Sign("id.1.{}"u8), "id.1.{}");
    }

    [Fact]
    public async Task The_library_of_cloudevents_reads_the_envelope()
    {
        using var package = await NodePackage.InstallAsync("cloudevents@10.0.0");
        var entry = Entries.Entry(1, "Größe-日本");
        var format = new CloudEventsFormat("/tieline/genesys");
        await package.RunAsync(
            """
            const { HTTP } = require("cloudevents");
            const [type, body, id] = process.argv.slice(2);
            const message = { headers: { "content-type": type, "webhook-id": id }, body };
            if (!HTTP.isEvent(message)) throw new Error("no CloudEvent");
            const event = HTTP.toEvent(message);
            event.validate();
            if (event.id !== id || event.subject !== "Größe-日本" || event.data.conversationId !== "Größe-日本" || event.source !== "/tieline/genesys") throw new Error(event.toString());
            """,
            format.ContentType.ToString(), Encoding.UTF8.GetString(format.Write(entry).Span), entry.Id.ToString());
    }
}
