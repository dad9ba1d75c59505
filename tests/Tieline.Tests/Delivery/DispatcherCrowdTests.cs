using System.Net;
using System.Net.Http.Headers;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

/// <summary>Thousands of conversations, without a network between.</summary>
public sealed class DispatcherCrowdTests
{
    [Fact]
    public async Task Four_thousand_that_fail_by_themselves_hold_up_none_of_the_others()
    {
        const int Conversations = 20_000;
        using var crm = new Crm(id => IsPoisoned(id) ? HttpStatusCode.InternalServerError : HttpStatusCode.OK);
        await using var rig = DeliveryRig.Timed(new Uri("http://127.0.0.1:1/hook"));
        rig.Handler = crm;
        await rig.AppendAsync(Enumerable.Range(0, Conversations).Select(number => $"{(number % 5 == 0 ? "bad" : "c")}{number}"));
        rig.Start();
        // The clock stands: none of the poisoned is tried again before all others are there.
        await rig.CountsAsync("SELECT count(*) FROM delivery", Conversations * 4 / 5);

        rig.Count("SELECT count(*) FROM retry").ShouldBeLessThanOrEqualTo(Conversations / 5);
        rig.Dispatcher.InHand.ShouldBeLessThanOrEqualTo(4_096 + LaneSet.MaxDelayed);
        rig.Dispatcher.Status.State.ShouldBe(GateState.Open);
    }

    private static bool IsPoisoned(string body) => body.Contains("\"conversationId\":\"bad", StringComparison.Ordinal);

    /// <param name="answer">By the body.</param>
    private sealed class Crm(Func<string, HttpStatusCode> answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = await request.Content!.ReadAsStringAsync(cancellationToken);
            var response = new HttpResponseMessage(answer(body)) { Content = new ByteArrayContent([]) };
            response.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
            return response;
        }
    }
}
