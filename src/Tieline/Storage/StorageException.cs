namespace Tieline.Storage;

/// <summary>The disk side cannot be used as it is. The message names the thing and the next step, for an operator.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
