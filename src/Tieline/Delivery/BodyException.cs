namespace Tieline.Delivery;

/// <summary>An event cannot be written in the destination's format. The message says why, and holds nothing of the event.</summary>
internal sealed class BodyException(string message, Exception? inner = null) : Exception(message, inner);
