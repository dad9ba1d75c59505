namespace Tieline.FunctionalTests.Support;

/// <summary>A syslog receiver that can be stopped and started again on the same port, and keeps what it got.</summary>
internal interface ISiem : IAsyncDisposable
{
    int Port { get; }

    /// <summary>The messages' own text, in the order in which they came.</summary>
    IReadOnlyList<string> Lines { get; }

    Task StartAsync();

    /// <summary>In an orderly way.</summary>
    Task StopAsync();
}
