using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class ErrorsTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("Genesys:Regoin=x", "Genesys:Regoin: unknown key; did you mean Genesys:Region? (from --set)")]
    [InlineData("Region=x", "Region: unknown key; did you mean Genesys:Region? (from --set)")]
    [InlineData("Genesys_Region=x", "Genesys_Region: unknown key; did you mean Genesys:Region? (from --set)")]
    [InlineData("Zebra:Stripes=9", "Zebra: unknown key; the sections are DataDirectory, Genesys, Filter, Redaction, Gaps, Reconcile, Destinations, Audit, Retention, Http, Alerts, Telemetry, Logging (from --set)")]
    [InlineData("Gaps:Zebra=9", "Gaps:Zebra: unknown key; allowed here: ReorderWindow, Tolerance, HoldFor, HoldAtMost, SameWithin, Margin, AskAfter, SettledAfter, Reach, AbandonAfter (from --set)")]
    [InlineData("Gaps:ReorderWindow=5", "Gaps:ReorderWindow: must be a time such as 00:00:05, 7.00:00:00 (days first), 500ms, 5s, 2min, 1h or 7d, was '5' (from --set)")]
    [InlineData("Gaps:ReorderWindow=90s", "Gaps:ReorderWindow: must be from 00:00:00 to 00:01:00, was 00:01:30")]
    [InlineData("Gaps:ReorderWindow=-1s", "Gaps:ReorderWindow: must be from 00:00:00 to 00:01:00, was -00:00:01")]
    [InlineData("Gaps=5", "Gaps: must be a JSON object, { … }, or one key for each of its members, was a single value (from --set)")]
    [InlineData("Genesys:Region:Name=x", "Genesys:Region: must be a text, was a section (from --set)")]
    [InlineData("Genesys:Scopes:first=x", "Genesys:Scopes: must be a list, with a number as the next part of its key, was 'first' (from --set)")]
    [InlineData("Genesys:Scopes:1=x", "Genesys:Scopes:1: must be Genesys:Scopes:0: the items of a list are numbered from 0 without a hole")]
    [InlineData("Genesys:Scopes=[x", "Genesys:Scopes: is not valid JSON (from --set)")]
    [InlineData("Genesys:TokenAuthentication=Digest", "Genesys:TokenAuthentication: must be one of Form, Basic, was 'Digest' (from --set)")]
    [InlineData("Genesys:TokenAuthentication=1", "Genesys:TokenAuthentication: must be one of Form, Basic, was '1' (from --set)")]
    [InlineData("Genesys:Source=Notification", "Genesys:Source: must be one of AnalyticsStream, Notifications, was 'Notification' (from --set)")]
    [InlineData("Genesys:Notifications:Queues=[\"Sales\", \" \"]", "Genesys:Notifications:Queues:1: must be a queue's id or name, or * for every queue, was empty")]
    [InlineData("Genesys:Notifications:Queues=Sales, Support, sales", "Genesys:Notifications:Queues:2: is a second 'sales': Genesys:Notifications:Queues:0 is the first")]
    [InlineData("Genesys:Notifications:Users=dana", "Genesys:Notifications:Users:0: must be a user's id, a UUID such as 77aa7b1c-0000-4000-8000-000000000001 (names and addresses are none), was 'dana'")]
    [InlineData("Genesys:Notifications:Topics=v2.system.socket_closing", "Genesys:Notifications:Topics:0: must not be one of Genesys's own (channel.*, v2.system.*, v2.subscription.*): those come by themselves, was 'v2.system.socket_closing'")]
    [InlineData("Genesys:LoginUrl=http://login.example", "Genesys:LoginUrl: must be https: plain http is for loopback addresses only, was 'http://login.example' (from --set)")]
    [InlineData("Genesys:ApiUrl=api.example", "Genesys:ApiUrl: must be an absolute URL such as https://crm.example/hook, was 'api.example' (from --set)")]
    [InlineData("Genesys:ApiUrl=ftp://api.example", "Genesys:ApiUrl: must be an absolute URL such as https://crm.example/hook, was 'ftp://api.example' (from --set)")]
    [InlineData("Genesys:ApiUrl=http://api.example", "Genesys:ApiUrl: must be https: plain http is for loopback addresses only, was 'http://api.example' (from --set)")]
    [InlineData("Genesys:StreamUrl=ws://api.example/s", "Genesys:StreamUrl: must be wss: plain ws is for loopback addresses only, was 'ws://api.example/s' (from --set)")]
    [InlineData("Audit:MaxFileBytes=big", "Audit:MaxFileBytes: must be a whole number, or a size such as 64MiB, was 'big' (from --set)")]
    [InlineData("Audit:MaxFileBytes=1000", "Audit:MaxFileBytes: must be from 1MiB (1048576) to 1GiB (1073741824), was 1000")]
    [InlineData("Audit:Forward:Url=tcp://siem.example:601", "Audit:Forward:Url: must be tls://: without encryption to loopback only, or with AllowPlain, was tcp://siem.example")]
    [InlineData("Retention:Delivered=59min", "Retention:Delivered: must be at least 01:00:00, was 00:59:00")]
    [InlineData("Retention:MaxBytes=63MiB", "Retention:MaxBytes: must be at least 64MiB (67108864), was 66060288")]
    [InlineData("Http:Listen=127.0.0.1:3001", "Http:Listen: must be http://address:port, such as http://127.0.0.1:3001 or http://*:3001, was '127.0.0.1:3001'")]
    [InlineData("Http:AllowedHosts=http://x", "Http:AllowedHosts:0: must be a host name or address without scheme and port, or *, was 'http://x'")]
    [InlineData("Filter:Rules:0:States=done", "Filter:Rules:0:Type: required: an event's type, such as conversation.state (the list comes whole from --set: a later layer replaces an earlier list)")]
    [InlineData("Filter:Rules=[]", "Filter:Rules: at least one rule is required: without any, no event is kept")]
    [InlineData("Logging:Level=Loud", "Logging:Level: must be one of Debug, Information, Warning, Error, was 'Loud' (from --set)")]
    [InlineData("DataDirectory=", "DataDirectory: must be the path of a directory, was empty")]
    [InlineData("no-equals-sign", "--set: must be Key=Value, such as --set Genesys:Region=mypurecloud.de")]
    public void One_mistake_is_one_clear_line(string set, string expected) => _sandbox.Errors(set).ShouldBe([expected]);

    [Theory]
    [InlineData("Name=Bad Name", "Destinations:0:Name: must be 1 to 40 of a-z 0-9 - _, was 'Bad Name'")]
    [InlineData("Url=http://crm.example/hook", "Destinations:0:Url: must be https: plain http is for loopback addresses only, was 'http://crm.example/hook' (from --set)")]
    [InlineData("Url=wss://crm.example/hook", "Destinations:0:Url: must be an absolute URL that starts with https:// (or http:// for a loopback address)")]
    [InlineData("Url=https://me:pw@crm.example/hook", "Destinations:0:Url: must not hold a user or password, which would not be sent; give them in Authentication")]
    [InlineData("Timeout=99ms", "Destinations:0:Timeout: must be from 100ms to 00:05:00, was 00:00:00.0990000")]
    [InlineData("Timeout=301s", "Destinations:0:Timeout: must be from 100ms to 00:05:00, was 00:05:01")]
    [InlineData("Concurrency=0", "Destinations:0:Concurrency: must be from 1 to 256, was 0")]
    [InlineData("Concurrency=257", "Destinations:0:Concurrency: must be from 1 to 256, was 257")]
    [InlineData("Concurrency=many", "Destinations:0:Concurrency: must be a whole number, was 'many' (from --set)")]
    [InlineData("Headers:Content-Type=text/plain", "Destinations:0:Headers:Content-Type: is set by Tieline itself and cannot be given")]
    [InlineData("Headers:Bad Name=x", "Destinations:0:Headers:Bad Name: must be named as a header can be: letters, digits and hyphens")]
    [InlineData("Headers:X-A=a\nb", "Destinations:0:Headers:X-A: must be printable ASCII on one line")]
    [InlineData("Retry:MinDelay=999ms", "Destinations:0:Retry:MinDelay: must be at least 00:00:01, was 00:00:00.9990000")]
    [InlineData("Retry:MaxDelay=500ms", "Destinations:0:Retry:MaxDelay: must be from MinDelay (00:00:01) to 01:00:00, was 00:00:00.5000000")]
    [InlineData("Retry:GiveUpAfter=0s", "Destinations:0:Retry:GiveUpAfter: must be more than 0, was 00:00:00")]
    public void One_mistake_in_a_destination_is_one_clear_line(string set, string expected)
    {
        _sandbox.Environment.Remove("CRM_WEBHOOK_URL");

        string[] url = set.StartsWith("Url=", StringComparison.Ordinal) ? [] : ["Destinations:0:Url=https://crm.example/hook"];

        _sandbox.Errors([.. url, "Destinations:0:" + set]).ShouldBe([expected]);
    }

    [Theory]
    [InlineData("""{ "Gaps": 5 }""", "Gaps: must be a section, was a single value (from tieline.json)")]
    [InlineData("""{ "Gaps": [] }""", "Gaps: must be a section, was a list (from tieline.json)")]
    [InlineData("""{ "Gaps": [1, 2] }""", "Gaps: must be a section, was a list (from tieline.json)")]
    [InlineData("""{ "Gaps": { "ReorderWindow": 5 } }""", "Gaps:ReorderWindow: must be a time such as 00:00:05, 7.00:00:00 (days first), 500ms, 5s, 2min, 1h or 7d, was '5' (from tieline.json)")]
    [InlineData("""{ "Genesys": { "Region": 5 } }""", "Genesys:Region: must be a text, was '5' (from tieline.json)")]
    [InlineData("""{ "Genesys": { "Region": ["a"] } }""", "Genesys:Region: must be a text, was a list (from tieline.json)")]
    [InlineData("""{ "Genesys": { "Region": {} } }""", "Genesys:Region: must be a text, was a section (from tieline.json)")]
    [InlineData("""{ "Genesys": { "Scopes": "a" } }""", "Genesys:Scopes: must be a list, was a single value (from tieline.json)")]
    [InlineData("""{ "Genesys": { "Scopes": {} } }""", "Genesys:Scopes: must be a list, was a section (from tieline.json)")]
    [InlineData("""{ "Audit": { "MaxFileBytes": true } }""", "Audit:MaxFileBytes: must be a whole number, or a size such as 64MiB, was 'true' (from tieline.json)")]
    [InlineData("""{ "Audit": { "MaxFileBytes": 1.5e7 } }""", "Audit:MaxFileBytes: must be a whole number, or a size such as 64MiB, was '1.5e7' (from tieline.json)")]
    [InlineData("""{ "Audit": { "MaxFileBytes": 2000000, "maxfilebytes": 3000000 } }""", "Audit:MaxFileBytes: given twice (from tieline.json)")]
    [InlineData("""[1]""", "tieline.json: must hold an object, { … }")]
    [InlineData("""{ "Gaps": """, "tieline.json: is not JSON: line 1, column 11")]
    [InlineData("", "tieline.json: is not JSON: line 1, column 1")]
    public void A_mistake_in_the_file_names_the_file(string json, string expected) => _sandbox.Json(json).Errors().ShouldBe([expected]);

    [Fact]
    public void Every_error_of_every_section_comes_at_once()
    {
        _sandbox.Environment.Clear();
        _sandbox.Json("""{ "Genesys": { "Regoin": "x", "TokenAuthentication": "Digest" }, "Audit": { "MaxFileBytes": 1 }, "Destinations": [{ "Url": "http://crm.example" }, { "Url": "https://crm.example", "Retry": { "MinDelay": "0s" } }] }""");

        _sandbox.Errors("Gaps:ReorderWindow=2h").Select(e => e[..e.IndexOf(": ", StringComparison.Ordinal)]).Order().ShouldBe(
        [
            "Audit:MaxFileBytes", "Destinations:0:Url", "Destinations:1:Name", "Destinations:1:Retry:MinDelay", "Gaps:ReorderWindow",
            "Genesys:ClientId", "Genesys:ClientSecret", "Genesys:Regoin", "Genesys:TokenAuthentication",
        ]);
    }

    [Fact]
    public void What_is_required_says_how_to_give_it()
    {
        _sandbox.Environment.Clear();

        _sandbox.Errors().ShouldBe(
        [
            "Genesys:ClientId: required: the id of an OAuth client with the grant Client Credentials; set GENESYS_CLIENT_ID",
            "Genesys:ClientSecret: required: the OAuth client's secret; set GENESYS_CLIENT_SECRET, or GENESYS_CLIENT_SECRET_FILE to the file that holds it",
            "Destinations: at least one is required: set CRM_WEBHOOK_URL to the CRM's address, or list them",
        ], ignoreOrder: true);
    }

    [Fact]
    public void Two_destinations_of_one_name_are_refused()
    {
        _sandbox.Environment.Remove("CRM_WEBHOOK_URL");
        _sandbox.Json("""{ "Destinations": [{ "Name": "a", "Url": "https://a.example" }, { "Name": "a", "Url": "https://b.example" }] }""");

        _sandbox.Errors().ShouldBe(["Destinations:1:Name: must be unique: Destinations:0 is named 'a' too"]);
    }

    [Theory]
    [InlineData("http://localhost:8080/hook")]
    [InlineData("http://127.0.0.1:8080/hook")]
    [InlineData("http://[::1]:8080/hook")]
    public void Plain_http_to_loopback_is_allowed(string url) => _sandbox.Variable("CRM_WEBHOOK_URL", url).Errors("Genesys:ApiUrl=" + url).ShouldBeEmpty();

    [Theory]
    [InlineData("http://localhost.evil.example/")]
    [InlineData("http://127.0.0.1.evil.example/")]
    [InlineData("http://localhost@evil.example/")]
    public void What_only_looks_like_loopback_is_not(string url) => _sandbox.Errors("Genesys:ApiUrl=" + url).ShouldHaveSingleItem().ShouldContain("must be https");

    [Theory]
    [InlineData("tieline.json", """{ "Genesys": { "ClientSecret": { "hunter2": 1 } } }""")]
    [InlineData("tieline.json", """{ "Genesys": { "ClientSecret": ["hunter2"] } }""")]
    [InlineData("tieline.json", """{ "Genesys": { "ClientSecrt": "hunter2" } }""")]
    [InlineData("tieline.json", """{ "Destinations": [{ "Url": "http://u:hunter2@crm.example/?k=hunter2" }] }""")]
    [InlineData("tieline.json", """{ "Destinations": [{ "Url": "hunter2@crm.example?hunter2" , "Headers": { "X-Key": "hunter2\n" } }] }""")]
    [InlineData("tieline.json", """{ "Genesys": { "ClientSecret": hunter2 } }""")]
    [InlineData(".env", "GENESYS_CLIENT_SECRT=hunter2\nTIELINE_Genesys__ClientSecrt=hunter2\nTIELINE_Destinations=hunter2\n")]
    public void No_error_repeats_a_secret(string file, string text)
    {
        _sandbox.File(file, text);

        var all = string.Join('\n', _sandbox.Errors("hunter2"));

        all.ShouldNotBeEmpty();
        // The one exception is a key: a name is not a secret, and without it nobody finds the mistake.
        all.Replace("ClientSecret:hunter2", "", StringComparison.Ordinal).ShouldNotContain("hunter2");
    }
}
