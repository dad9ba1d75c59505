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
    public void Personal_data_and_control_characters_do_not_get_through(string answer, string kept) => AnswerText.Of(Encoding.UTF8.GetBytes(answer)).ShouldBe(kept);

    [Fact]
    public void Nothing_is_nothing() => AnswerText.Of("  \r\n "u8).ShouldBeNull();

    [Fact]
    public void A_number_that_the_cut_goes_through_is_masked_as_a_whole()
    {
        var kept = AnswerText.Of(Encoding.UTF8.GetBytes(new string('x', AnswerText.MaxLength - 6) + " +49170123456789 and more")).ShouldNotBeNull();

        kept.Length.ShouldBe(AnswerText.MaxLength);
        kept.ShouldEndWith("x <numb");
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
        AnswerText.Of(Encoding.UTF8.GetBytes(text)).ShouldNotBeNull().ShouldNotStartWith("(not shown");
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
        attempt.Answer.ShouldBe(new string('e', AnswerText.MaxLength));
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
        await rig.AppendAsync("c1");
        rig.Start();
        await rig.SettledAsync(1);

        rig.Journal.Read(reader => reader.ReadAttempts(rig.Journal.NumberOf("crm"), new(1))).ShouldHaveSingleItem().Answer.ShouldBe("no such con");
    }

    [Fact]
    public async Task What_is_compressed_stays_so()
    {
        await using var crm = await CrmServer.StartAsync();
        crm.Answer = async (_, context) =>
        {
            context.Response.StatusCode = 400;
            context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(new byte[] { 0x1f, 0x8b, 8, 0 });
        };
        await using var rig = DeliveryRig.Quick(crm);
        await rig.AppendAsync("c1");
        rig.Start();
        await rig.SettledAsync(1);

        rig.Journal.Read(reader => reader.ReadAttempts(rig.Journal.NumberOf("crm"), new(1))).ShouldHaveSingleItem().Answer.ShouldBe("(compressed; not unpacked)");
    }
}
