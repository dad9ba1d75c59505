using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using Tieline.Service.Configuration;
using Tieline.Service.Desks;
using Tieline.Service.Hosting;
using Tieline.Service.Http;
using Tieline.Service.Reload;
using Tieline.Service.Web.Access;
using Tieline.Service.Web.Actions;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Web;

/// <summary>How long who may do what.</summary>
public sealed class ConsoleSessionsTests : IDisposable
{
    private static readonly DateTimeOffset _day = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private readonly TempDirectory _folder = new();
    private readonly ManualTime _clock = new();
    private readonly TielineOptions _options = new();
    private readonly AccessTokens _tokens;
    private readonly ConsoleSessions _sessions;

    public ConsoleSessionsTests()
    {
        _options.Http.Oidc.Authority = new Uri("https://id.example");
        _options.Http.Oidc.Operators = ["ops"];
        _tokens = AccessTokens.Open(_folder.Path, null, _clock);
        _sessions = new ConsoleSessions(_tokens, new EndedSessions(new RunningParts(), _clock, NullLogger<EndedSessions>.Instance), _options, _clock);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_person_is_asked_again_after_the_lifetime_whatever_they_did_meanwhile()
    {
        var (person, until) = _sessions.OfPerson(new OidcPerson("alice", ConsoleRoles.Operator));

        until.ShouldBe(_clock.GetUtcNow().AddHours(8));
        _clock.Advance(TimeSpan.FromHours(8) - TimeSpan.FromSeconds(1));
        _sessions.Holds(person).ShouldBeTrue();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _sessions.Holds(person).ShouldBeFalse();
    }

    [Fact]
    public void A_session_that_began_with_a_token_ends_after_a_day_however_much_it_was_used()
    {
        var (principal, until) = _sessions.OfToken(_tokens.Operator);

        until.ShouldBe(_clock.GetUtcNow() + TimeSpan.FromHours(24));
        _clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        _sessions.Holds(principal).ShouldBeTrue();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _sessions.Holds(principal).ShouldBeFalse();
    }

    [Fact]
    public async Task A_session_that_was_signed_out_of_is_over_and_no_other_is()
    {
        var (left, _) = _sessions.OfToken(_tokens.Operator);
        var (other, _) = _sessions.OfToken(_tokens.Operator);

        await _sessions.EndAsync(left);

        _sessions.Holds(left).ShouldBeFalse();
        _sessions.Holds(other).ShouldBeTrue();
    }

    [Fact]
    public async Task A_viewer_has_no_examination_made()
    {
        var viewer = Actions(_sessions.OfToken(_tokens.Viewer).Principal);

        (await Should.ThrowAsync<NotAllowedException>(() => viewer.ExamineAsync(_ => throw new InvalidOperationException("it was begun"), TestContext.Current.CancellationToken))).Message.ShouldContain("as a viewer");
    }

    [Fact]
    public void Other_settings_end_every_session_that_was_given_under_these()
    {
        var (person, _) = _sessions.OfPerson(new OidcPerson("alice", ConsoleRoles.Operator));

        _options.Http.Oidc.Operators = [];
        _options.Http.Oidc.Viewers = ["ops"];
        _sessions.Holds(person).ShouldBeFalse("who is an operator was said otherwise then");
        (_options.Http.Oidc.Operators, _options.Http.Oidc.Viewers) = (["ops"], []);
        _sessions.Holds(person).ShouldBeTrue();
        _options.Http.Oidc.Authority = null;
        _sessions.Holds(person).ShouldBeFalse();
        _sessions.Holds(null).ShouldBeFalse();
        _sessions.Holds(new ClaimsPrincipal(new ClaimsIdentity())).ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_is_a_viewer_or_whose_session_is_over_may_press_nothing_in_an_open_window()
    {
        var viewer = Actions(_sessions.OfPerson(new OidcPerson("bob", ConsoleRoles.Viewer)).Principal);
        var boss = Actions(_sessions.OfPerson(new OidcPerson("alice", ConsoleRoles.Operator)).Principal);

        (await viewer.IsAllowedAsync(), await boss.IsAllowedAsync()).ShouldBe((false, true));
        (await Should.ThrowAsync<NotAllowedException>(() => BackfillAsync(viewer))).Message.ShouldContain("as a viewer");
        _clock.Advance(TimeSpan.FromHours(9));
        (await boss.IsAllowedAsync()).ShouldBeFalse();
        (await Should.ThrowAsync<NotAllowedException>(() => BackfillAsync(boss))).Message.ShouldContain("session is over");
    }

    [Fact]
    public async Task The_audit_log_names_a_person_and_no_person_can_be_named_like_the_token()
    {
        var token = Actions(_sessions.OfToken(_tokens.Operator).Principal);
        var person = Actions(_sessions.OfPerson(new OidcPerson("console", ConsoleRoles.Operator)).Principal);

        foreach (var actions in (ConsoleActions[])[token, person])
            (await Should.ThrowAsync<InvalidOperationException>(() => BackfillAsync(actions))).Message.ShouldContain("is stopping"); // nothing runs here

        (token.By, person.By).ShouldBe(("console", "oidc:console"));
    }

    private ConsoleActions Actions(ClaimsPrincipal who) => new(new RunningParts(), new Fixed(who), _sessions, new DestinationDesk(new ConfigurationInForce(_options), new RunningParts(), _clock, NullLoggerFactory.Instance), new DoctorDesk(new ConfigurationInForce(_options), _clock), _clock);

    private static Task<long> BackfillAsync(ConsoleActions actions) => actions.BackfillAsync(_day, _day.AddHours(1), TestContext.Current.CancellationToken);

    private sealed class Fixed(ClaimsPrincipal who) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(who));
    }
}
