using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>What all channels of one source share.</summary>
/// <param name="Turn">At most two channels are being replaced at a time: so many does the quota leave room for.</param>
internal sealed record ChannelSupplies(
    ChannelOpener Opener,
    ChannelClient Client,
    TokenProvider Tokens,
    ChannelBoard Board,
    EvictionWatch Evictions,
    SemaphoreSlim Turn,
    TielineMetrics Metrics,
    SpecificationMetrics Specification,
    ReconnectWait Waits,
    TimeProvider Time,
    Func<double> Random,
    ILogger Logger);
