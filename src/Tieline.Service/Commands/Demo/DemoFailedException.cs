namespace Tieline.Service.Commands.Demo;

/// <summary>The demo cannot go on; the message says why and what to do, for a person to read.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);
