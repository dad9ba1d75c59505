namespace Tieline.Journal;

/// <summary>The journal cannot be written and never will be as it is: trying again cannot help, so the process ends. The message says what to do.</summary>
internal sealed class JournalBrokenException(string message, Exception inner) : Exception(message, inner);
