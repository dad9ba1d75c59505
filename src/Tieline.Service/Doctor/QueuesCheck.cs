using Tieline.Genesys;

namespace Tieline.Service.Doctor;

/// <summary>Whether the queues can be listed: <c>*</c>, and queues by name, need that.</summary>
internal sealed class QueuesCheck(GenesysAccess genesys) : ICheck
{
    private const string Forbidden = "(403";
    private const string Advice = "Give the OAuth client's role the permission routing:queue:view, in every division that is to be heard.";

    public string Name => "queues";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        if (await genesys.WithoutTokenAsync(Name, cancellation) is { } without)
            return [without];
        var needed = TopicList.NeedsQueues(genesys.Options.Notifications);
        return
        [
            await genesys.QueuesAsync(cancellation) switch
            {
                ChannelOutcome<IReadOnlyList<RoutingQueue>>.Ok({ Count: 0 }) => new Finding(Name, null, needed ? Verdict.Fail : Verdict.Warn, "no queue is visible", Advice),
                ChannelOutcome<IReadOnlyList<RoutingQueue>>.Ok(var queues) => new Finding(Name, null, Verdict.Pass, $"{queues.Count:N0} queues are visible"),
                ChannelOutcome<IReadOnlyList<RoutingQueue>>.Refused { MissingPermission: null } refused when refused.Reason.Contains(Forbidden, StringComparison.Ordinal) =>
                    Finding.Of(Name, null, needed ? Verdict.Fail : Verdict.Warn, refused.Reason, Advice) with { Advice = Advice },
                ChannelOutcome<IReadOnlyList<RoutingQueue>>.Refused refused => Finding.Of(Name, null, needed ? Verdict.Fail : Verdict.Warn, refused.Reason, Advice),
                ChannelOutcome<IReadOnlyList<RoutingQueue>>.Retry retry => Finding.Of(Name, null, Verdict.Warn, retry.Reason, "Try again in a while."),
                ChannelOutcome<IReadOnlyList<RoutingQueue>>.TokenRefused refused => Finding.Of(Name, null, Verdict.Fail, refused.Reason, "Check Genesys:ClientId and Genesys:ClientSecret."),
                _ => new Finding(Name, null, Verdict.Fail, $"{genesys.Endpoints.Api.Host} knows no queues (404)", "Check Genesys:Region and Genesys:ApiUrl."),
            },
        ];
    }
}
