using System.Text;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

public sealed class OwnSecretsTests
{
    /// <summary>By reflection, so that a secret that is added to the options is not forgotten here.</summary>
    [Fact]
    public void Every_secret_of_a_destination_is_removed()
    {
        var options = new DestinationOptions();
        var given = new List<string>();
        Fill(options, given);
        given.Count.ShouldBeGreaterThan(6);
        options.Headers["X-Key"] = new Secret("the header's");

        var kept = OwnSecrets.Remove(string.Join(" and ", given) + " and the header's", OwnSecrets.Of(options, default, null));

        kept.ShouldBe(string.Join(" and ", Enumerable.Repeat(OwnSecrets.Mark, given.Count + 1)));
    }

    [Fact]
    public void What_the_request_showed_is_removed_with_and_without_its_scheme()
    {
        var secrets = OwnSecrets.Of(new DestinationOptions(), new Credential("Authorization", "Bearer to-ken", null), new Secret("from.file"));
        OwnSecrets.Remove("Bearer to-ken, TO-KEN, from.file, from.fi", secrets).ShouldBe("<secret>, <secret>, <secret>, <secret>");
    }

    [Theory]
    [InlineData("""it was "pa\"ss\/w+rd" """, """it was "<secret>" """)]
    [InlineData("""it was "pa\u0022ss/w\u002Brd" """, """it was "<secret>" """)]
    [InlineData("it was pa%22ss%2Fw%2Brd", "it was <secret>")]
    public void It_is_found_however_it_is_written(string answer, string kept)
    {
        var options = new DestinationOptions();
        options.Headers["X"] = new Secret("pa\"ss/w+rd");
        OwnSecrets.Remove(answer, OwnSecrets.Of(options, default, null)).ShouldBe(kept);
    }

    [Fact]
    public void What_looks_like_a_token_in_the_url_is_removed()
    {
        var options = new DestinationOptions { Url = new Uri("https://crm.example/hooks/AbCdEfGhIjKlMnOpQr/in?key=0123456789abcdef&v=2") };
        OwnSecrets.Remove("Cannot POST /hooks/AbCdEfGhIjKlMnOpQr/in?key=0123456789abcdef&v=2", OwnSecrets.Of(options, default, null)).ShouldBe("Cannot POST /hooks/<secret>/in?key=<secret>&v=2");
    }

    [Fact]
    public void A_secret_that_the_cut_goes_through_is_not_kept_in_part()
    {
        var options = new DestinationOptions();
        options.Headers["X"] = new Secret("horse-battery");
        AnswerText.Of(Encoding.UTF8.GetBytes("no: horse-bat"), OwnSecrets.Of(options, default, null)).ShouldBe("no: <secret>");
    }

    private static void Fill(object options, List<string> given)
    {
        foreach (var property in options.GetType().GetProperties().Where(property => property.CanWrite))
        {
            if (property.PropertyType == typeof(Secret))
            {
                given.Add($"canary-{given.Count}-of-{property.Name}");
                property.SetValue(options, new Secret(given[^1]));
            }
            else if (property.PropertyType.Namespace?.StartsWith("Tieline", StringComparison.Ordinal) == true && property.PropertyType.IsClass)
            {
                Fill(property.GetValue(options)!, given);
            }
        }
    }
}
