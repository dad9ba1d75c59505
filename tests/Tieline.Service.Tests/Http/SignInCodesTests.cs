using Tieline.Service.Http;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Http;

public sealed class SignInCodesTests
{
    private readonly ManualTime _clock = new();
    private readonly SignInCodes _codes;
    private readonly AccessToken _token = new("console-token", AccessRoles.Operator, AccessToken.HashOf("x"));

    public SignInCodesTests() => _codes = new SignInCodes(_clock);

    [Fact]
    public void A_code_works_once_until_its_time()
    {
        var (one, two) = (_codes.Make(_token, SignInCodes.Usual), _codes.Make(_token, SignInCodes.Usual));
        one.ShouldNotBe(two);
        one.Length.ShouldBe(32);

        _clock.Advance(TimeSpan.FromSeconds(59.999));
        _codes.Take(one).ShouldBe(_token);
        _codes.Take(one).ShouldBeNull();
        _clock.Advance(TimeSpan.FromSeconds(0.001));
        _codes.Take(two).ShouldBeNull();
    }

    [Fact]
    public void A_clock_that_is_set_draws_no_code_out()
    {
        var code = _codes.Make(_token, SignInCodes.Usual);

        _clock.StepClock(TimeSpan.FromHours(-5));
        _clock.Advance(SignInCodes.Usual);

        _codes.Take(code).ShouldBeNull();
    }

    [Fact]
    public void Only_so_many_wait_and_the_oldest_goes_first()
    {
        var codes = Enumerable.Range(0, SignInCodes.Most + 1).Select(_ => _codes.Make(_token, SignInCodes.Usual)).ToList();

        _codes.Take(codes[0]).ShouldBeNull();
        codes.Skip(1).ShouldAllBe(code => _codes.Take(code) == _token);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("00000000000000000000000000000000")]
    public void What_was_never_a_code_is_none(string text)
    {
        var code = _codes.Make(_token, SignInCodes.Usual);

        _codes.Take(text).ShouldBeNull();
        _codes.Take(code[..^1]).ShouldBeNull();
        _codes.Take(code.ToUpperInvariant() + " ").ShouldBeNull();
        _codes.Take(code).ShouldBe(_token, "a wrong one uses up no other");
    }
}
