namespace Tieline.Journal;

/// <summary>The tables of <c>docs/formats/journal.md</c>, as numbered migrations: forward only, one transaction each, never edited once released.</summary>
internal static class JournalSchema
{
    public const string FileName = "tieline.db";

    private const string EventColumns = """
        id BLOB NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER, conversation TEXT NOT NULL, type TEXT NOT NULL, state TEXT,
        occurred_at INTEGER NOT NULL, media_type TEXT, queue_id TEXT, participants TEXT NOT NULL, origin INTEGER NOT NULL, received_at INTEGER NOT NULL, payload_hash INTEGER NOT NULL
        """;

    public static IReadOnlyList<string> Migrations { get; } =
    [
        $"""
        CREATE TABLE event(position INTEGER PRIMARY KEY, {EventColumns}) STRICT;
        CREATE TABLE held(arrival INTEGER PRIMARY KEY, {EventColumns}) STRICT;
        CREATE TABLE mark(one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, sequence INTEGER, occurred_at INTEGER,
            next_position INTEGER NOT NULL, next_fact INTEGER NOT NULL, next_gap INTEGER NOT NULL) STRICT;
        INSERT INTO mark VALUES (1, 1, NULL, NULL, 1, 1, 1);
        CREATE TABLE gap(number INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, first_sequence INTEGER, last_sequence INTEGER, missing TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL,
            from_time INTEGER, to_time INTEGER, seen_at INTEGER NOT NULL, confirmed_at INTEGER, filled_at INTEGER) STRICT;
        CREATE INDEX gap_open ON gap(number) WHERE state <> 'filled';
        CREATE TABLE destination(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, position INTEGER NOT NULL) STRICT;
        CREATE TABLE delivery(destination INTEGER NOT NULL, position INTEGER NOT NULL, outcome TEXT NOT NULL, status INTEGER, attempts INTEGER NOT NULL, settled_at INTEGER NOT NULL,
            PRIMARY KEY (destination, position)) STRICT, WITHOUT ROWID;
        CREATE TABLE retry(destination INTEGER NOT NULL, position INTEGER NOT NULL, attempts INTEGER NOT NULL, waited_ms INTEGER NOT NULL,
            PRIMARY KEY (destination, position)) STRICT, WITHOUT ROWID;
        CREATE TABLE dead_letter(destination INTEGER NOT NULL, position INTEGER NOT NULL, status INTEGER, reason TEXT NOT NULL, attempts INTEGER NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY (destination, position)) STRICT, WITHOUT ROWID;
        CREATE INDEX dead_letter_position ON dead_letter(position);
        CREATE TABLE fact(number INTEGER PRIMARY KEY, count INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, first_position INTEGER, positions BLOB, destination TEXT, detail TEXT) STRICT;
        CREATE TABLE audit_head(one INTEGER PRIMARY KEY CHECK (one = 1), fact INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
        """,
    ];
}
