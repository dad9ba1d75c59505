using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Tieline.Service.Telemetry;

/// <summary>A share of the traces, whole or not at all, by the id alone; of the others all spans are made, so that one that fails can still be kept.</summary>
internal sealed class ShareSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _share = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        _share.ShouldSample(samplingParameters).Decision == SamplingDecision.RecordAndSample ? new(SamplingDecision.RecordAndSample) : new(SamplingDecision.RecordOnly);
}

/// <summary>Before the exporter: what failed is kept, whatever was drawn.</summary>
internal sealed class FailuresAlways : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data.Status == ActivityStatusCode.Error)
            data.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
    }
}
