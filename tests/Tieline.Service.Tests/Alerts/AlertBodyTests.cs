using System.Text.Json.Nodes;
using Tieline.Service.Alerts;

namespace Tieline.Service.Tests.Alerts;

public sealed class AlertBodyTests
{
    private static readonly DateTimeOffset _at = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly Uri _console = new("http://127.0.0.1:3001/");
    private static readonly AlertRule _rule = AlertRules.All.Single(rule => rule.Name == "TielineDestinationDown");

    [Fact]
    public void Alertmanager_s_form_has_all_that_its_receivers_read()
    {
        var body = JsonNode.Parse(AlertBody.Of(Notice(One("crm"), One("erp", ended: true)), AlertFormat.Alertmanager, _console))!;

        body["version"]!.GetValue<string>().ShouldBe("4");
        body["status"]!.GetValue<string>().ShouldBe("firing");
        body["receiver"]!.GetValue<string>().ShouldBe("webhook");
        body["groupKey"]!.GetValue<string>().ShouldBe("{}:{alertname=\"TielineDestinationDown\"}");
        body["groupLabels"]!["alertname"]!.GetValue<string>().ShouldBe("TielineDestinationDown");
        body["commonLabels"]!["severity"]!.GetValue<string>().ShouldBe("page");
        body["commonLabels"]!["tieline_destination"].ShouldBeNull();
        body["commonAnnotations"]!["runbook_url"]!.GetValue<string>().ShouldBe("docs/runbooks/TielineDestinationDown.md");
        body["commonAnnotations"]!["summary"].ShouldBeNull();
        body["externalURL"]!.GetValue<string>().ShouldBe("http://127.0.0.1:3001");
        body["truncatedAlerts"]!.GetValue<int>().ShouldBe(0);
        var (first, second) = (body["alerts"]![0]!, body["alerts"]![1]!);
        (first["status"]!.GetValue<string>(), first["startsAt"]!.GetValue<DateTimeOffset>(), first["endsAt"]!.GetValue<string>()).ShouldBe(("firing", _at, "0001-01-01T00:00:00Z"));
        (second["status"]!.GetValue<string>(), second["endsAt"]!.GetValue<DateTimeOffset>()).ShouldBe(("resolved", _at.AddMinutes(5)));
        first["annotations"]!["summary"]!.GetValue<string>().ShouldBe("crm is down for line:3001");
        first["labels"]!["tieline_destination"]!.GetValue<string>().ShouldBe("crm");
        first["fingerprint"]!.GetValue<string>().Length.ShouldBe(16);
        first["fingerprint"]!.GetValue<string>().ShouldNotBe(second["fingerprint"]!.GetValue<string>());
    }

    [Fact]
    public void Slack_gets_one_text_with_what_it_would_take_for_a_link_escaped()
    {
        Text(Notice(One("crm"))).ShouldBe(
            "*[FIRING] TielineDestinationDown* (page)\n• crm is down for line:3001\nEvents wait on disk and it is probed every few seconds; an outage costs no attempts and makes no dead letters.\nRunbook: docs/runbooks/TielineDestinationDown.md");
        Text(Notice(One("a<!channel>&b"), One("crm", ended: true))).Split('\n')[1..3].ShouldBe(["• a&lt;!channel&gt;&amp;b is down for line:3001", "• resolved: crm is down for line:3001"]);
        Text(Notice(One("crm", ended: true))).ShouldBe("*[RESOLVED] TielineDestinationDown*\n• crm is down for line:3001");
    }

    [Fact]
    public void The_same_news_has_the_same_id_and_other_news_another()
    {
        var notice = Notice(One("crm"));

        notice.Id.ShouldBe(Notice(One("crm")).Id);
        notice.Id.ShouldNotBe((notice with { ToldAt = _at }).Id, "a repetition is news");
        notice.Id.ShouldNotBe(Notice(One("crm", ended: true)).Id);
        notice.Id.ShouldNotBe(Notice(One("erp")).Id);
    }

    private static string Text(AlertNotice notice) => JsonNode.Parse(AlertBody.Of(notice, AlertFormat.Slack, _console))!["text"]!.GetValue<string>();

    private static AlertNotice Notice(params Alert[] alerts) => new(_rule, alerts, null);

    private static Alert One(string destination, bool ended = false) => new(
        _rule.Name,
        AlertLabels.Of([new("alertname", _rule.Name), new("instance", "line:3001"), new("severity", "page"), new("tieline_destination", destination)]),
        1, ended ? null : _at, _at, ended ? _at.AddMinutes(5) : null, IsTold: false);
}
