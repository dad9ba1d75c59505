using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tieline.Delivery;
using Tieline.Journal;

namespace Tieline.Tests.Delivery;

public sealed class AnswerKeeperTests
{
    /// <summary>What the audit found on disk, with a name, a birthday, a street, a number, a token and our own header in it.</summary>
    private const string Personal =
        """{"errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"CANARYNAME Johanna Musterfrau, born CANARYDOB 01.02.1985, Musterweg CANARYSTREET 7, iban DE89370400440532013000","token":"eyJhbGciOiJIUzI1NiJ9.CANARYJWT.sig","auth":"your Authorization Bearer CRMHEADERcanary is invalid"}""";

    [Theory]
    [InlineData("""[{"errorCode":"REQUIRED_FIELD_MISSING","message":"call Johanna"}]""", "errorCode REQUIRED_FIELD_MISSING")]
    [InlineData("""{"status":"error","category":"VALIDATION_ERROR","message":"Anna","subCategory":"Anna"}""", "category VALIDATION_ERROR")]
    [InlineData("""{"error":{"code":"0x80040217","message":"John"}}""", "code 0x80040217")]
    [InlineData("""{"error":"RecordInvalid","description":"Anna","details":{"name":[{"error":"BlankValue","description":"Anna"}]}}""", "error RecordInvalid")]
    [InlineData("""{"error":"Couldn't authenticate you"}""", "error Couldn't authenticate you")]
    [InlineData("""{"type":"https://crm.example/Johanna/validation-error","title":"One or more validation errors occurred.","status":400}""", "type validation-error, title One or more validation errors occurred.")]
    [InlineData("""{"code":1001,"title":"John-Smith"}""", "code 1001")]
    [InlineData("""{"code":"JOHN_SMITH","errorCode":"Musterfrau","type":"john.smith","title":"Anna Schmidt missing","category":"SMITH_ERROR"}""", "no code that Tieline knows")]
    [InlineData("""{"code":491701234567,"errorCode":"19850312","type":"Field","title":"Long Page"}""", "no code that Tieline knows")]
    [InlineData("""{"customer":{"code":10432,"title":"Missing"},"errors":[{"code":"not_found"}]}""", "code not_found")]
    [InlineData("""{"errors":[{"code":"a"},{"code":"invalid_value"},{"code":"invalid_value"}]""", "code invalid_value")]
    [InlineData("""{"error":"\ud800","code":"not_found"}""", "no code that Tieline knows")]
    [InlineData("<html><title>Not found</title>", "no code that Tieline knows")]
    public void Codes_are_kept_and_nothing_else(string answer, string codes) =>
        Kept(AnswerKeep.Codes, answer).ShouldBe($"application/json, {Encoding.UTF8.GetByteCount(answer)} bytes: {codes}");

    [Fact]
    public void Every_code_of_the_tables_is_kept()
    {
        foreach (var row in VendorCodes.Tables.SelectMany(table => table.Rows))
        {
            var answer = $$"""{"message":"Anna","code":"{{row.Code}}"}""";
            Kept(AnswerKeep.Codes, answer, row).ShouldNotBeNull().ShouldEndWith($": code {row.Code}");
            Kept(AnswerKeep.Codes, """{"message":"Anna"}""", row).ShouldNotBeNull().ShouldEndWith($": {row.Code}");
        }
    }

    [Theory]
    [InlineData("application/Problem+JSON; charset=utf-8", "application/problem+json")]
    [InlineData("text/john-smith", "another content type")]
    [InlineData(null, "no content type")]
    public void A_content_type_is_kept_where_it_is_a_known_one(string? given, string kept)
    {
        using var content = new ByteArrayContent(new byte[3]);
        content.Headers.ContentType = given is null ? null : MediaTypeHeaderValue.Parse(given);
        new AnswerKeeper(AnswerKeep.Codes, content.Headers, () => []).Whole("abc"u8, null).ShouldBe($"{kept}, 3 bytes: no code that Tieline knows");
    }

    [Theory]
    [InlineData(AnswerKeep.Codes)]
    [InlineData(AnswerKeep.Text)]
    internal async Task Neither_our_own_secrets_nor_the_data_that_masks_find_reach_the_journal(AnswerKeep keep)
    {
        await using var crm = await CrmServer.StartAsync();
        crm.Answer = async (_, context) =>
        {
            context.Response.StatusCode = 422;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Personal + " " + string.Join(' ', context.Request.Headers.Select(header => header.Value.ToString())));
        };
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.Answers.Keep = keep;
        rig.Options.Headers["X-Key"] = new Secret("Bearer CRMHEADERcanary");
        rig.Options.Headers["X-Other"] = new Secret("short one/\"quoted\"");
        await rig.AppendAsync("c1");
        rig.Start();
        await rig.SettledAsync(1);

        var answer = rig.Journal.Read(reader => reader.ReadAttempts(rig.Journal.NumberOf("crm"), new(1))).ShouldHaveSingleItem().Answer.ShouldNotBeNull();
        foreach (var canary in (string[])["CRMHEADERcanary", "CANARYJWT", "370400440532013000", "short one", "quoted"])
            answer.ShouldNotContain(canary);
        answer.Contains("CANARYNAME", StringComparison.Ordinal).ShouldBe(keep == AnswerKeep.Text);
        var cause = rig.Journal.Read(reader => reader.ReadDeadLetterGroups(new DeadLetterQuery())).ShouldHaveSingleItem().Cause.Text;
        cause.Contains("CANARYNAME", StringComparison.Ordinal).ShouldBe(keep == AnswerKeep.Text);
    }

    private static string? Kept(AnswerKeep keep, string answer, VendorCode? known = null)
    {
        using var content = new StringContent(answer, Encoding.UTF8, "application/json");
        return new AnswerKeeper(keep, content.Headers, () => []).Whole(Encoding.UTF8.GetBytes(answer), known);
    }
}
