using Tieline.Delivery;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

public sealed class SigningKeysTests : IDisposable
{
    private static readonly byte[] _content = [1];

    private readonly TempDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly LogGuard _logs = new();
    private readonly SigningKey _old = SigningKey.Create(SigningAlgorithm.V1);
    private readonly SigningKey _new = SigningKey.Create(SigningAlgorithm.V1);
    private readonly DestinationOptions _options = new();

    public void Dispose()
    {
        _directory.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public void Of_AnId_ATimeAndABody_SignsThemWithDotsBetween()
    {
        _options.Signing.Secret = new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        WebhookSignature.Of(Keys(), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}"u8).ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    [Fact]
    public void Of_APreviousSecret_HasBothSignatures()
    {
        (_options.Signing.Secret, _options.Signing.PreviousSecret) = (new Secret(_new.Text), new Secret(_old.Text));
        WebhookSignature.Of(Keys(), "i", "1", default).ShouldBe($"{_new.Sign("i.1."u8)} {_old.Sign("i.1."u8)}");
    }

    [Fact]
    public void Current_ANewSecretInTheFile_SignsTenSecondsLaterAndTheOldOneForTheOverlap()
    {
        Write("secret", _old);
        var keys = FileKeys();
        Write("secret", _new);

        Signing(keys).ShouldBe([_old.Text]);
        _time.Advance(SecretText.LookAgain);
        Signing(keys).ShouldBe([_new.Text, _old.Text]);
        _time.Advance(_options.Signing.Overlap - TimeSpan.FromSeconds(1));
        Signing(keys).ShouldBe([_new.Text, _old.Text]);
        _time.Advance(TimeSpan.FromSeconds(1));
        Signing(keys).ShouldBe([_new.Text]);
    }

    [Fact]
    public void Current_AfterARestart_TheFileOfThePreviousOneSignsUntilItsOverlapIsOver()
    {
        Write("secret", _new);
        Write("secret.previous", _old, age: TimeSpan.FromHours(23));

        var keys = FileKeys();
        Signing(keys).ShouldBe([_new.Text, _old.Text]);
        _time.Advance(TimeSpan.FromHours(1));
        Signing(keys).ShouldBe([_new.Text]);
        Signing(FileKeys()).ShouldBe([_new.Text]);
    }

    [Fact]
    public void PreviousUntil_WhileARotatedKeyStillSigns_IsWhenItStops()
    {
        Write("secret", _old);
        var keys = FileKeys();
        keys.PreviousUntil.ShouldBeNull();
        Write("secret", _new);
        _time.Advance(SecretText.LookAgain);

        keys.PreviousUntil.ShouldBe(_time.GetUtcNow() + _options.Signing.Overlap);
        _time.Advance(_options.Signing.Overlap);
        keys.PreviousUntil.ShouldBeNull();
    }

    [Fact]
    public void PreviousUntil_OfAFile_CountsFromWhenItWasWritten()
    {
        Write("secret", _new);
        Write("secret.previous", _old, age: TimeSpan.FromHours(23));

        FileKeys().PreviousUntil.ShouldBe(_time.GetUtcNow() + TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(24 * 365)]
    public void Current_TheClockIsSet_TheKeyBeforeSignsAsLongAsItWouldHave(int hours)
    {
        Write("secret", _new);
        Write("secret.previous", _old, age: TimeSpan.FromHours(23));
        var keys = FileKeys();
        _time.StepClock(TimeSpan.FromHours(hours));
        _time.Advance(TimeSpan.FromMinutes(59));
        Signing(keys).ShouldBe([_new.Text, _old.Text]);
        keys.PreviousUntil.ShouldBe(_time.GetUtcNow() + TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromMinutes(1));
        Signing(keys).ShouldBe([_new.Text]);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(24 * 365)]
    public void Current_TheClockIsSetAfterARotation_TheKeyBeforeSignsAsLongAsItWouldHave(int hours)
    {
        Write("secret", _old);
        var keys = FileKeys();
        Write("secret", _new);
        _time.Advance(SecretText.LookAgain);
        Signing(keys).ShouldBe([_new.Text, _old.Text]);
        _time.StepClock(TimeSpan.FromHours(hours));
        _time.Advance(_options.Signing.Overlap - TimeSpan.FromMinutes(1));
        Signing(keys).ShouldBe([_new.Text, _old.Text]);
        _time.Advance(TimeSpan.FromMinutes(1));
        Signing(keys).ShouldBe([_new.Text]);
    }

    [Fact]
    public void PreviousUntil_OfASecretInTheConfiguration_HasNoEnd()
    {
        (_options.Signing.Secret, _options.Signing.PreviousSecret) = (new Secret(_new.Text), new Secret(_old.Text));

        Keys().PreviousUntil.ShouldBeNull();
    }

    [Theory]
    [InlineData("hunter2", "must start with whsec_")]
    [InlineData("", "is empty")]
    [InlineData(null, "cannot be read")]
    public void Current_AFileThatIsBrokenMeanwhile_KeepsTheSecretAndSaysSoOnce(string? text, string said)
    {
        Write("secret", _old);
        var keys = FileKeys();
        var path = _options.Signing.SecretFile!;
        if (text is null)
            File.Delete(path);
        else
            File.WriteAllText(path, text);

        for (var i = 0; i < 3; i++)
        {
            _time.Advance(SecretText.LookAgain);
            Signing(keys).ShouldBe([_old.Text]);
        }

        _logs.Expect(3020);
        var message = _logs.Lines.Where(line => line.EventId == 3020).ShouldHaveSingleItem().Message;
        message.ShouldContain(said);
        message.ShouldNotContain("hunter2");
        Write("secret", _new);
        _time.Advance(SecretText.LookAgain);
        Signing(keys).ShouldBe([_new.Text, _old.Text]);
    }

    [Fact]
    public void Current_AKeyOfTheOtherAlgorithmInTheFile_KeepsTheSecret()
    {
        Write("secret", _old);
        var keys = FileKeys();
        Write("secret", SigningKey.Create(SigningAlgorithm.V1a));
        _time.Advance(SecretText.LookAgain);
        Signing(keys).ShouldBe([_old.Text]);
        _logs.Expect(3020);
    }

    private static List<string> Signing(SigningKeys keys)
    {
        var current = keys.Current(out var previous);
        current.Sign(_content).ShouldStartWith("v1,");
        return previous is null ? [current.Text] : [current.Text, previous.Text];
    }

    private SigningKeys Keys() => new(_options, _time, _logs.For<SigningKeys>());

    private SigningKeys FileKeys()
    {
        _options.Signing.SecretFile = _directory.FileNamed("secret");
        return Keys();
    }

    private void Write(string name, SigningKey key, TimeSpan age = default)
    {
        File.WriteAllText(_directory.FileNamed(name), key.Text + "\n");
        File.SetLastWriteTimeUtc(_directory.FileNamed(name), (_time.GetUtcNow() - age).UtcDateTime);
    }
}
