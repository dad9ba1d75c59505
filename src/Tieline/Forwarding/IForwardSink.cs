namespace Tieline.Forwarding;

/// <summary>A receiver of audit lines.</summary>
internal interface IForwardSink : IDisposable
{
    /// <summary>Returns when the receiver is known to have taken all of them.</summary>
    /// <exception cref="ForwardException">That is not known.</exception>
    Task SendAsync(IReadOnlyList<ForwardRecord> records, CancellationToken cancellation);

    /// <summary>Whether it can be reached and acknowledges; sends no line.</summary>
    /// <exception cref="ForwardException">No; the message says why.</exception>
    Task ProbeAsync(CancellationToken cancellation);
}
