using Tieline.Service.Alerts;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Alerts;

/// <summary>When what is told: no test waits, for the book is given the time.</summary>
public sealed class AlertBookTests
{
    private const string Rule = "TielineDeadLetters";
    private const string Metric = "tieline_dead_letters";

    private static readonly TimeSpan _look = TimeSpan.FromSeconds(15);

    private readonly AlertOptions _options = new();
    private readonly FigureHistory _history = new();
    private readonly List<string> _told = [];
    private DateTimeOffset _now = new(2026, 3, 2, 8, 59, 45, TimeSpan.Zero);
    private AlertBook _book;

    public AlertBookTests() => _book = new AlertBook(AlertRules.All, _options, "line:3001");

    [Fact]
    public void It_fires_after_its_time_is_told_once_and_again_after_four_hours()
    {
        Pass(TimeSpan.FromMinutes(5), dead: 2);
        _told.ShouldBeEmpty();
        _book.Alerts.Single().State.ShouldBe(AlertState.Pending);

        Pass(TimeSpan.FromMinutes(1), dead: 2);
        _told.ShouldBe(["firing 09:05:30"]);
        Pass(TimeSpan.FromHours(3.9), dead: 3);
        _told.Count.ShouldBe(1);
        Pass(TimeSpan.FromHours(0.2), dead: 3);
        _told.ShouldBe(["firing 09:05:30", "firing 13:05:30"]);
        Pass(TimeSpan.FromHours(4), dead: 3);
        _told.Count.ShouldBe(3);
    }

    [Fact]
    public void A_rule_that_fails_holds_back_no_other_and_what_it_said_stands()
    {
        var fails = false;
        var faulty = AlertRules.All.First(rule => rule.Name == Rule) with
        {
            Name = "TielineFaulty",
            For = TimeSpan.Zero,
            Holding = figures => fails ? throw new InvalidOperationException("nobody foresaw this") : figures.Now(Metric),
        };
        _book = new AlertBook([faulty, .. AlertRules.All], _options, "line:3001");
        Pass(TimeSpan.FromMinutes(1), dead: 2);
        _book.Alerts.Single(alert => alert.Rule == "TielineFaulty").State.ShouldBe(AlertState.Firing);

        fails = true;
        _history.Begin(_now += _look);
        _history.Add(Metric, AlertLabels.None, 2);
        _book.Evaluate(_history).ShouldHaveSingleItem().Rule.Name.ShouldBe("TielineFaulty");
        Pass(TimeSpan.FromMinutes(5), dead: 2);
        _book.Alerts.Where(alert => alert.State == AlertState.Firing).Select(alert => alert.Rule).Order(StringComparer.Ordinal).ShouldBe([Rule, "TielineFaulty"]);
    }

    [Fact]
    public void What_is_over_is_told_and_then_forgotten()
    {
        Pass(TimeSpan.FromMinutes(20), dead: 2);
        Pass(TimeSpan.FromMinutes(1), dead: 0);

        _told.ShouldBe(["firing 09:05:30", "resolved 09:20:00"]);
        _book.Alerts.ShouldBeEmpty();
        _book.Groups.ShouldBeEmpty();
        Pass(TimeSpan.FromHours(10), dead: 0);
        _told.Count.ShouldBe(2);
    }

    [Fact]
    public void What_does_not_last_is_not_told()
    {
        Pass(TimeSpan.FromMinutes(4), dead: 2);
        Pass(TimeSpan.FromMinutes(1), dead: 0);
        Pass(TimeSpan.FromMinutes(4), dead: 2);

        _told.ShouldBeEmpty();
        _book.Groups.ShouldBeEmpty();
    }

    [Fact]
    public void News_within_five_minutes_of_the_last_waits_for_them_to_pass()
    {
        Pass(TimeSpan.FromMinutes(6), dead: 2);
        Pass(TimeSpan.FromMinutes(2), dead: 0);
        _told.ShouldBe(["firing 09:05:30"]);

        Pass(TimeSpan.FromMinutes(3), dead: 0);
        _told.ShouldBe(["firing 09:05:30", "resolved 09:10:30"]);
    }

    [Fact]
    public void What_fired_while_nobody_could_be_told_is_told_although_it_is_over()
    {
        Pass(TimeSpan.FromMinutes(30), dead: 2, tell: false);
        Pass(TimeSpan.FromMinutes(30), dead: 0, tell: false);
        _book.Due(_now).Single().Alerts.Single().State.ShouldBe(AlertState.Resolved);

        Pass(_look, dead: 0);
        _told.ShouldBe(["resolved 10:00:00"]);
        _book.Alerts.ShouldBeEmpty();
    }

    [Fact]
    public void A_restart_tells_nothing_twice_and_forgets_nothing()
    {
        Pass(TimeSpan.FromMinutes(10), dead: 2);
        _told.Count.ShouldBe(1);

        Restart();
        Pass(TimeSpan.FromMinutes(1), dead: null);
        _book.Alerts.Single().State.ShouldBe(AlertState.Firing, "no figure has come yet that says otherwise");
        Pass(TimeSpan.FromHours(3.5), dead: 2);
        _told.Count.ShouldBe(1);
        _book.Alerts.Single().FiredAt.ShouldBe(new DateTimeOffset(2026, 3, 2, 9, 5, 0, TimeSpan.Zero));

        Restart();
        Pass(TimeSpan.FromMinutes(3), dead: 0);
        _told.Count.ShouldBe(2);
        _told[1].ShouldStartWith("resolved");
    }

    [Fact]
    public void Waiting_to_fire_outlives_a_restart_too()
    {
        Pass(TimeSpan.FromMinutes(4), dead: 2);
        Restart();
        Pass(TimeSpan.FromMinutes(2), dead: 2);

        _told.ShouldBe(["firing 09:05:30"]);
    }

    [Fact]
    public void A_user_may_change_how_long_it_waits_and_turn_it_off()
    {
        _options.For[Rule] = TimeSpan.FromSeconds(30);
        Pass(TimeSpan.FromMinutes(2), dead: 2);
        _told.ShouldBe(["firing 09:01:00"]);

        _options.Off.Add(Rule);
        Pass(TimeSpan.FromMinutes(10), dead: 2);
        _told.Count.ShouldBe(2);
        _told[1].ShouldStartWith("resolved");
        _book.Alerts.ShouldBeEmpty();
    }

    [Fact]
    public void A_file_that_is_damaged_is_begun_anew()
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.FileNamed(AlertFile.FileName), """{"alerts":[{"rule":"TielineDeadLetters"}],"groups""");

        var (alerts, groups) = AlertFile.Read(folder.FileNamed(AlertFile.FileName), out var problem);

        problem.ShouldNotBeNull();
        (alerts.Count, groups.Count).ShouldBe((0, 0));
        AlertFile.Read(folder.FileNamed("none"), out problem).Alerts.ShouldBeEmpty();
        problem.ShouldBeNull();
    }

    /// <summary>Looks every 15 s, the first time at nine.</summary>
    /// <param name="dead">Null: the figure is not there.</param>
    private void Pass(TimeSpan time, double? dead, bool tell = true)
    {
        for (var end = _now + time; _now < end;)
        {
            _now += _look;
            _history.Begin(_now);
            if (dead is not null)
                _history.Add(Metric, AlertLabels.None, dead.Value);
            _book.Evaluate(_history);
            foreach (var notice in tell ? _book.Due(_now) : [])
            {
                _told.Add($"{(notice.IsFiring ? "firing" : "resolved")} {_now:HH:mm:ss}");
                _book.Told(notice, _now);
            }
        }
    }

    /// <summary>By way of the file.</summary>
    private void Restart()
    {
        using var folder = new TempDirectory();
        AlertFile.Write(folder.FileNamed(AlertFile.FileName), _book.Alerts, _book.Groups);
        var (alerts, groups) = AlertFile.Read(folder.FileNamed(AlertFile.FileName), out var problem);
        problem.ShouldBeNull();
        _book = new AlertBook(AlertRules.All, _options, "line:3001");
        _book.Restore(alerts, groups);
    }
}
