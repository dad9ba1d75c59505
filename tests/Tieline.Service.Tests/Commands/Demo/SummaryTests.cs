using System.Text.Json;
using Tieline.Service.Commands.Demo;

namespace Tieline.Service.Tests.Commands.Demo;

public class SummaryTests
{
    private static readonly Disturbance _killed = new("Tieline ended (killed by signal 9)", DateTimeOffset.UnixEpoch, null, CausesGaps: true);

    private readonly DemoSummary _good = new(
        TimeSpan.FromSeconds(31), TimeSpan.FromSeconds(2.4), 14, new Comparison(100, 80, 20, 0, 0, 0, 0, 0, []), [], 1_200_000, SearchProven: true, AuditVerified: true, "", [], []);

    [Fact]
    public void Where_all_is_accounted_for_it_says_so()
    {
        _good.IsGood.ShouldBeTrue();
        SummaryText.Format(_good).ShouldEndWith("Every event was delivered or filtered.");
    }

    [Fact]
    public void An_undisturbed_run_has_no_excuse_for_a_gap_or_a_copy()
    {
        (_good with { Comparison = new Comparison(100, 80, 19, 1, 1, 0, 0, 0, []) }).IsGood.ShouldBeFalse();
        (_good with { Comparison = new Comparison(100, 80, 20, 0, 0, 0, 1, 0, []) }).IsGood.ShouldBeFalse();
    }

    [Fact]
    public void A_disturbed_run_may_have_both()
    {
        var disturbed = _good with { Comparison = new Comparison(100, 80, 19, 1, 1, 0, 1, 0, []), Disturbances = [_killed] };

        disturbed.IsGood.ShouldBeTrue();
        SummaryText.Format(disturbed).ShouldContain("killed by signal 9");
    }

    [Fact]
    public void Nothing_sent_is_not_good() => (_good with { Comparison = new Comparison(0, 0, 0, 0, 0, 0, 0, 0, []) }).IsGood.ShouldBeFalse();

    [Fact]
    public void Personal_data_is_not_good_and_neither_is_a_search_that_is_not_proven()
    {
        var found = _good with { PersonalData = [new PersonalDataHit("data/tieline.db-wal", "Example", 17)] };

        found.IsGood.ShouldBeFalse();
        SummaryText.Format(found).ShouldContain("'Example' in data/tieline.db-wal at byte 17");
        (_good with { SearchProven = false }).IsGood.ShouldBeFalse();
    }

    [Fact]
    public void An_audit_log_that_does_not_verify_is_not_good_and_its_verifiers_words_are_shown()
    {
        var broken = _good with { AuditVerified = false, AuditOutput = "line 7: the hash does not match" };

        broken.IsGood.ShouldBeFalse();
        SummaryText.Format(broken).ShouldContain("line 7");
    }

    [Fact]
    public void Ten_of_the_ids_that_differ_are_named()
    {
        Difference[] differences = [.. Enumerable.Range(1, 12).Select(i => new Difference($"evt_{i:00}", i, "c1", "lost"))];
        var text = SummaryText.Format(_good with { Comparison = new Comparison(100, 80, 8, 0, 0, 0, 0, 0, differences) });

        text.ShouldContain("evt_10");
        text.ShouldNotContain("evt_11");
        text.ShouldContain("and 2 more");
    }

    [Fact]
    public void A_script_gets_the_same_figures()
    {
        var json = JsonSerializer.Deserialize<JsonElement>(SummaryJson.Format(_good, null));

        json.GetProperty("good").GetBoolean().ShouldBeTrue();
        json.GetProperty("sent").GetInt32().ShouldBe(100);
        json.GetProperty("inGaps").GetInt32().ShouldBe(0);
        json.GetProperty("personalData").GetProperty("proven").GetBoolean().ShouldBeTrue();
    }
}
