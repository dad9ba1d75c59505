namespace Tieline.Journal;

/// <summary>The newest signed checkpoint of an audit log, as its journal remembers it: what a <c>checkpoints.jsonl</c> that was cut is held against.</summary>
/// <param name="Number">Its line in <c>checkpoints.jsonl</c>, from 1.</param>
/// <param name="Hash">SHA-256 over that line without its LF, 64 hex digits.</param>
/// <param name="Key">The id of the key that signed it, 16 hex digits.</param>
internal sealed record AuditCheckpoint(long Number, string Hash, string Key);
