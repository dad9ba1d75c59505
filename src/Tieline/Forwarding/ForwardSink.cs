namespace Tieline.Forwarding;

/// <summary>The receiver that the options name.</summary>
internal static class ForwardSink
{
    /// <param name="options">With a <see cref="ForwardOptions.Url"/>, and valid.</param>
    /// <param name="version">Tieline's.</param>
    public static IForwardSink Create(ForwardOptions options, string version, TimeProvider time) => ForwardOptions.IsSyslog(options.Target!)
        ? new SyslogSink(options, new SyslogMessage(options.Facility, Environment.MachineName, Environment.ProcessId, version), time)
        : new OtlpSink(options, version, Environment.MachineName, time);
}
