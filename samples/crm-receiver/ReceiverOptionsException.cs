namespace CrmReceiver;

/// <summary>The program was started with settings that cannot work; the message says which and what is allowed.</summary>
internal sealed class ReceiverOptionsException(string message) : Exception(message);
