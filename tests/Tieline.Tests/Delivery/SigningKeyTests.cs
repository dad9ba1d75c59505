using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

public sealed class SigningKeyTests
{
    private const string Pair = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";

    private static readonly byte[] _content = Encoding.UTF8.GetBytes("""msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}""");

    /// <summary>The example that the Standard Webhooks libraries test with.</summary>
    [Fact]
    public void Sign_TheExampleOfStandardWebhooks_GivesItsSignature() =>
        Key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").Sign(_content).ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    /// <summary>RFC 8032, 7.1, test 2.</summary>
    [Fact]
    public void Sign_TheExampleOfRfc8032_GivesItsSignature()
    {
        var key = Key("whsk_" + Convert.ToBase64String(Convert.FromHexString("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")));
        key.Algorithm.ShouldBe(SigningAlgorithm.V1a);
        key.ForReceiver.ShouldBe("whpk_" + Convert.ToBase64String(Convert.FromHexString("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")));
        key.Sign([0x72]).ShouldBe("v1a," + Convert.ToBase64String(Convert.FromHexString(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")));
    }

    [Fact]
    public void Sign_APairAsOtherSendersWriteIt_IsVerifiedByItsPublicKey()
    {
        var key = Key(Pair);
        key.ForReceiver.ShouldBe("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
        var signature = Convert.FromBase64String(key.Sign(_content)["v1a,".Length..]);
        Ed25519.Verify(signature, Convert.FromBase64String(key.ForReceiver["whpk_".Length..]), _content).ShouldBeTrue();
    }

    [Theory]
    [InlineData("hunter2", "must start with whsec_ (V1) or whsk_ (V1a)")]
    [InlineData("whsec_hunter2!", "must be whsec_ and base64 of 24 to 64 bytes; what follows is not base64")]
    [InlineData("whsec_", "must be whsec_ and base64 of 24 to 64 bytes; it has 0")]
    [InlineData("whsec_aHVudGVyMg==", "must be whsec_ and base64 of 24 to 64 bytes; it has 7")]
    [InlineData("whsk_aHVudGVyMg==", "must be whsk_ and base64 of 32 or 64 bytes; it has 7")]
    [InlineData("whsk_hunter2!", "must be whsk_ and base64 of 32 or 64 bytes; what follows is not base64")]
    [InlineData("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", "must be the private key (whsk_…), was the public one")]
    public void Parse_NoKey_SaysWhatIsAllowedAndNotWhatItWas(string text, string expected)
    {
        SigningKey.Parse(text, out var problem).ShouldBeNull();
        problem.ShouldBe(expected);
    }

    [Fact]
    public void Parse_APublicKeyThatIsNotItsPrivateKeys_IsRefused()
    {
        var bytes = Convert.FromBase64String(Pair["whsk_".Length..]);
        bytes[^1] ^= 1;
        SigningKey.Parse("whsk_" + Convert.ToBase64String(bytes), out var problem).ShouldBeNull();
        problem!.ShouldContain("the second half is not that of the first");
    }

    [Theory]
    [InlineData(SigningAlgorithm.V1)]
    [InlineData(SigningAlgorithm.V1a)]
    public void Create_Twice_GivesTwoThatParse(object algorithm)
    {
        var (one, other) = (SigningKey.Create((SigningAlgorithm)algorithm), SigningKey.Create((SigningAlgorithm)algorithm));
        one.Algorithm.ShouldBe((SigningAlgorithm)algorithm);
        Key(one.Text).ForReceiver.ShouldBe(one.ForReceiver);
        other.Text.ShouldNotBe(one.Text);
    }

    private static SigningKey Key(string text) => SigningKey.Parse(text, out _).ShouldNotBeNull();
}
