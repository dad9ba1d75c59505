namespace Tieline.Service.Hosting;

/// <summary>The program cannot start or go on, for a reason its user can remove: the message says which, and is all that is printed.</summary>
internal sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
