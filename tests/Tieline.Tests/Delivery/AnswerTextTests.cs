using System.Text;
using Microsoft.AspNetCore.Http;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

public sealed class AnswerTextTests
{
    [Theory]
    [InlineData("""{"error":"no contact dana.doe@example.com"}""", """{"error":"no contact <e-mail>"}""")]
    [InlineData("dana%40example.com, x\\u0040y.org", "<e-mail>, <e-mail>")]
    [InlineData("caller +49 (170) 123-45.67 is unknown", "caller <number> is unknown")]
    [InlineData("caller 0049170123456", "caller <number>")]
    [InlineData("uri sip:dana@pbx.example;x=1 tel:+4917012 failed", "uri <address> <address> failed")]
    [InlineData("mailto:dana@example.com", "<address>")]
    [InlineData("x12345678y", "x<number>y")]
    [InlineData("status 422 in row 123456", "status 422 in row 123456")]
    [InlineData("""{"conversationId":"6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01"}""", """{"conversationId":"6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01"}""")]
    [InlineData("a\0b\u001b[31m\r\nc", "a b [31m \nc")]
    public void Personal_data_and_control_characters_do_not_get_through(string answer, string kept) => Of(answer).ShouldBe(kept);

    [Fact]
    public void Nothing_is_nothing() => Of("  \r\n ").ShouldBeNull();

    [Theory]
    [InlineData("your Bearer abc.def is invalid", "your <secret> is invalid")]
    [InlineData("""{"got":"basic dGllOnB3"}""", """{"got":"<secret>"}""")]
    [InlineData("token eyJhbGciOiJIUzI1NiJ9.CANARYJWT.sig", "token <secret>")]
    [InlineData("eyJhbGciOiJub25lIn0..", "<secret>")]
    [InlineData("key 0123456789abcdef0123456789ABCDEF!", "key <secret>!")]
    [InlineData("key 0123456789abcdef0123456789ABCDE!", "key <number>abcdef<number>ABCDE!")]
    [InlineData("key q83vEjRWeJq83vEjRWeJq83vEjRWeJ+/q83v== end", "key <secret> end")]
    [InlineData("row evt_00112233445566778899aabbccddeeff", "row evt_<number>aabbccddeeff")]
    [InlineData("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY")]
    public void Tokens_do_not_get_through(string answer, string kept) => Of(answer).ShouldBe(kept);

    [Fact]
    public void Half_an_address_at_the_end_of_what_is_searched_is_not_kept()
    {
        var mails = string.Concat(Enumerable.Repeat("dana.doe@subdomain.example.com is in the way of it ", 60));
        Of(mails).ShouldNotBeNull().ShouldNotContain("dana");
    }

    [Fact]
    public void A_number_that_the_cut_goes_through_is_masked_as_a_whole()
    {
        var kept = Of(string.Concat(Enumerable.Repeat("x ", (AnswerText.MaxLength - 6) / 2)) + "+49170123456789 and more").ShouldNotBeNull();

        kept.Length.ShouldBe(AnswerText.MaxLength);
        kept.ShouldEndWith("x <numbe");
    }

    [Theory]
    [InlineData('(')]
    [InlineData('1')]
    [InlineData('@')]
    [InlineData('a')]
    [InlineData('-')]
    public void Whatever_it_is_it_is_searched_in_time(char letter)
    {
        var text = string.Concat(Enumerable.Repeat($"1{letter} {letter}", 640));
        Of(text).ShouldNotBeNull().ShouldNotStartWith("(not shown");
    }

    [Fact]
    public async Task An_endless_answer_costs_its_beginning_and_a_second_at_most()
    {
        await using var crm = await CrmServer.StartAsync();
        crm.Answer = async (_, context) =>
        {
            context.Response.StatusCode = 422;
            var chunk = Encoding.UTF8.GetBytes(new string('e', 16_384));
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        };
        await using var rig = DeliveryRig.Quick(crm);
        await rig.AppendAsync("c1");
        rig.Start();
        await rig.SettledAsync(1);

        var attempt = rig.Journal.Read(reader => reader.ReadAttempts(rig.Journal.NumberOf("crm"), new(1))).ShouldHaveSingleItem();
        attempt.Answer.ShouldBe("no content type, 16384 bytes read: no code that Tieline knows");
        attempt.Duration.ShouldBeLessThan(TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Of_an_answer_that_never_goes_on_what_came_is_kept()
    {
        await using var crm = await CrmServer.StartAsync();
        crm.Answer = async (_, context) =>
        {
            context.Response.StatusCode = 422;
            await context.Response.WriteAsync("no such con");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.Answers.Keep = AnswerKeep.Text;
        await rig.AppendAsync("c1");
        rig.Start();
        await rig.SettledAsync(1);

        rig.Journal.Read(reader => reader.ReadAttempts(rig.Journal.NumberOf("crm"), new(1))).ShouldHaveSingleItem().Answer.ShouldBe("no such con");
    }

    [Theory]
    [InlineData(AnswerKeep.Text, "(compressed; not unpacked)")]
    [InlineData(AnswerKeep.Codes, "no content type, compressed")]
    internal async Task What_is_compressed_stays_so(AnswerKeep keep, string kept)
    {
        await using var crm = await CrmServer.StartAsync();
        crm.Answer = async (_, context) =>
        {
            context.Response.StatusCode = 400;
            context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(new byte[] { 0x1f, 0x8b, 8, 0 });
        };
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.Answers.Keep = keep;
        await rig.AppendAsync("c1");
        rig.Start();
        await rig.SettledAsync(1);

        rig.Journal.Read(reader => reader.ReadAttempts(rig.Journal.NumberOf("crm"), new(1))).ShouldHaveSingleItem().Answer.ShouldBe(kept);
    }

    private static string? Of(string answer) => AnswerText.Of(Encoding.UTF8.GetBytes(answer), []);
}
