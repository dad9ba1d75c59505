using Tieline.Filtering;
using Tieline.Genesys;
using Tieline.Service.Hosting;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class LayersTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void Without_any_layer_the_defaults_hold()
    {
        var options = _sandbox.Options();

        options.DataDirectory.ShouldBe("./data");
        options.Genesys.Region.ShouldBe("mypurecloud.com");
        options.Http.Listen.ShouldBe("http://127.0.0.1:3001");
        options.Filter.Rules.Count.ShouldBe(2);
    }

    [Fact]
    public void Each_later_layer_wins_over_the_earlier()
    {
        _sandbox.Json("""{ "Genesys": { "Region": "mypurecloud.de" } }""");
        _sandbox.Options().Genesys.Region.ShouldBe("mypurecloud.de");

        _sandbox.File(".env", "TIELINE_Genesys__Region=mypurecloud.ie\n");
        _sandbox.Options().Genesys.Region.ShouldBe("mypurecloud.ie");

        _sandbox.Variable("TIELINE_Genesys__Region", "mypurecloud.jp");
        _sandbox.Options().Genesys.Region.ShouldBe("mypurecloud.jp");

        _sandbox.Options("Genesys:Region=euw2.pure.cloud").Genesys.Region.ShouldBe("euw2.pure.cloud");
    }

    [Fact]
    public void A_later_layer_leaves_the_other_keys_of_a_section_alone()
    {
        _sandbox.Json("""{ "Retention": { "Delivered": "2d", "MaxBytes": "1GiB" } }""");

        var retention = _sandbox.Options("Retention:Delivered=3d").Retention;

        retention.Delivered.ShouldBe(TimeSpan.FromDays(3));
        retention.MaxBytes.ShouldBe(1L << 30);
    }

    [Fact]
    public void A_list_in_a_later_layer_replaces_the_earlier_one_whole()
    {
        _sandbox.Json("""{ "Genesys": { "Scopes": ["a", "b", "c"] }, "Filter": { "Rules": [{ "Type": "one", "States": ["x"] }, { "Type": "two" }] } }""");
        _sandbox.Variable("TIELINE_Genesys__Scopes__0", "d");

        var options = _sandbox.Options("Filter:Rules:0:Type=three");

        options.Genesys.Scopes.ShouldBe(["d"]);
        options.Filter.Rules.ShouldHaveSingleItem().Type.ShouldBe("three");
        options.Filter.Rules[0].States.ShouldBeEmpty();
    }

    [Fact]
    public void A_shorter_list_in_the_file_does_not_keep_the_tail_of_the_default()
    {
        _sandbox.Json("""{ "Genesys": { "Subscription": { "Types": ["voice"], "States": [] } } }""");

        var subscription = _sandbox.Options().Genesys.Subscription;

        subscription.Types.ShouldBe(["voice"]);
        subscription.States.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("voice,chat", "voice", "chat")]
    [InlineData(" voice , chat ", "voice", "chat")]
    [InlineData("""["voice","a, b"]""", "voice", "a, b")]
    [InlineData("")]
    [InlineData("[]")]
    public void A_list_fits_into_one_variable(string text, params string[] expected) =>
        _sandbox.Variable("TIELINE_Genesys__Subscription__Types", text).Options().Genesys.Subscription.Types.ShouldBe(expected);

    [Fact]
    public void Destinations_fit_into_one_variable_as_JSON()
    {
        _sandbox.Environment.Remove("CRM_WEBHOOK_URL");
        _sandbox.Variable("TIELINE_Destinations", """[{ "Name": "a", "Url": "https://a.example" }, { "Name": "b", "Url": "https://mypurecloud.ie", "Timeout": "1s" }]""");

        var destinations = _sandbox.Options().Destinations;

        destinations.Select(d => d.Name).ShouldBe(["a", "b"]);
        destinations[1].Timeout.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void The_file_may_hold_comments_trailing_commas_a_byte_order_mark_and_the_name_of_its_schema() =>
        _sandbox.Json("\uFEFF" + """
            {
              "$schema": "tieline.schema.json",
              // as in the reference
              "Gaps": { "ReorderWindow": "00:00:01", /* here too */ },
            }
            """).Options().Gaps.ReorderWindow.ShouldBe(TimeSpan.FromSeconds(1));

    [Fact]
    public void Letter_case_does_not_matter()
    {
        _sandbox.Json("""{ "genesys": { "tokenauthentication": "basic" } }""");

        var options = _sandbox.Variable("TIELINE_LOGGING__LEVEL", "warning").Options("REDACTION:IDENTITY=omit");

        options.Genesys.TokenAuthentication.ShouldBe(TokenAuthentication.Basic);
        options.Logging.Level.ShouldBe(LoggingLevel.Warning);
        options.Redaction.Identity.ShouldBe(IdentityMode.Omit);
    }

    [Fact]
    public void Null_in_the_file_is_the_default() =>
        _sandbox.Json("""{ "Genesys": { "ApiUrl": null, "Region": null, "Scopes": null }, "Destinations": null }""").Options().Genesys.Region.ShouldBe("mypurecloud.com");

    [Fact]
    public void Headers_are_kept_by_name_and_merged()
    {
        _sandbox.Environment.Remove("CRM_WEBHOOK_URL");
        _sandbox.Json("""{ "Destinations": [{ "Url": "https://crm.example", "Headers": { "Authorization": "Bearer t", "X-Org": "7" } }] }""");

        var headers = _sandbox.Options().Destinations[0].Headers;

        headers["authorization"].Reveal().ShouldBe("Bearer t");
        headers["X-Org"].Reveal().ShouldBe("7");
    }

    [Fact]
    public void Dotenv_may_hold_comments_quotes_and_what_a_shell_needs()
    {
        _sandbox.Environment.Clear();
        _sandbox.File(".env", "# comment\nexport GENESYS_CLIENT_ID=exported\nGENESYS_CLIENT_SECRET=\"a#b = c\"  # trailing\n\nCRM_WEBHOOK_URL = https://crm.example/a=b\nOTHER=program\n");

        var options = _sandbox.Options();

        options.Genesys.ClientId.ShouldBe("exported");
        options.Genesys.ClientSecret.Reveal().ShouldBe("a#b = c");
        options.Destinations[0].Url.ShouldBe(new Uri("https://crm.example/a=b"));
    }

    [Fact]
    public void The_last_of_two_set_arguments_counts() => _sandbox.Options("Genesys:Region=mypurecloud.de", "Genesys:Region=mypurecloud.ie").Genesys.Region.ShouldBe("mypurecloud.ie");

    [Fact]
    public void A_value_may_hold_an_equals_sign() => _sandbox.Options("Redaction:IdentityKey=a=b=").Redaction.IdentityKey.Reveal().ShouldBe("a=b=");

    [Fact]
    public void Variables_that_a_cluster_sets_for_a_service_of_our_name_are_ignored_and_named()
    {
        _sandbox.Variable("TIELINE_PORT", "tcp://10.0.0.1:3001").Variable("TIELINE_SERVICE_HOST", "10.0.0.1").Variable("TIELINE_PORT_3001_TCP_ADDR", "10.0.0.1");

        var loaded = _sandbox.Load();

        loaded.Errors.ShouldBeEmpty();
        loaded.Warnings.Count.ShouldBe(3);
    }

    [Fact]
    public void An_empty_plain_variable_is_one_that_is_not_set() => _sandbox.Variable("CRM_WEBHOOK_URL", "").Errors().ShouldHaveSingleItem().ShouldStartWith("Destinations: at least one");
}
