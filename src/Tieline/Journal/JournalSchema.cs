namespace Tieline.Journal;

/// <summary>The tables of <c>docs/formats/journal.md</c>, as numbered migrations: forward only, one transaction each, never edited once released.</summary>
internal static class JournalSchema
{
    public const string FileName = "tieline.db";

    /// <summary>Fact, hash, and the newest checkpoint's number, hash and key.</summary>
    public const string SetHead = """
        INSERT INTO audit_head(one, fact, hash, checkpoint, checkpoint_hash, checkpoint_key) VALUES (1, $0, $1, $2, $3, $4)
        ON CONFLICT DO UPDATE SET fact = excluded.fact, hash = excluded.hash, checkpoint = excluded.checkpoint, checkpoint_hash = excluded.checkpoint_hash, checkpoint_key = excluded.checkpoint_key
        """;

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
        """
        ALTER TABLE gap ADD COLUMN asks INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE gap ADD COLUMN next_ask_at INTEGER;
        ALTER TABLE gap ADD COLUMN recovered INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE gap ADD COLUMN known INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE gap ADD COLUMN problem TEXT;
        ALTER TABLE mark ADD COLUMN since INTEGER;
        ALTER TABLE mark ADD COLUMN looked_up_through INTEGER NOT NULL DEFAULT 0;
        UPDATE gap SET next_ask_at = seen_at WHERE state = 'open';
        UPDATE mark SET since = coalesce((SELECT min(occurred_at) FROM (SELECT occurred_at FROM event UNION ALL SELECT occurred_at FROM held)), occurred_at);
        CREATE INDEX held_conversation ON held(conversation);
        CREATE INDEX event_recovered ON event(position) WHERE origin <> 0;
        CREATE TABLE lookup(day INTEGER NOT NULL, conversation INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (day, conversation, position)) STRICT, WITHOUT ROWID;
        """,
        """
        ALTER TABLE mark ADD COLUMN removed_through INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE mark ADD COLUMN removed_until INTEGER;
        ALTER TABLE destination ADD COLUMN starts_after INTEGER NOT NULL DEFAULT 0;
        UPDATE mark SET
            removed_through = coalesce((SELECT min(position) FROM event e WHERE NOT EXISTS (SELECT 1 FROM dead_letter d WHERE d.position = e.position)), next_position) - 1;
        UPDATE mark SET removed_until = coalesce((SELECT received_at FROM event WHERE position > removed_through ORDER BY position LIMIT 1), occurred_at) WHERE removed_through > 0;
        UPDATE destination SET starts_after = coalesce((SELECT min(d.position) FROM delivery d WHERE d.destination = number) - 1, position);
        """,
        """
        CREATE TABLE conversation(id TEXT PRIMARY KEY, ask_at INTEGER NOT NULL, state BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX conversation_ask ON conversation(ask_at);
        """,
        """
        ALTER TABLE dead_letter ADD COLUMN conversation TEXT NOT NULL DEFAULT '';
        ALTER TABLE dead_letter ADD COLUMN cause TEXT;
        ALTER TABLE dead_letter ADD COLUMN cause_text TEXT;
        UPDATE dead_letter SET conversation = coalesce((SELECT conversation FROM event e WHERE e.position = dead_letter.position), '');
        CREATE INDEX dead_letter_conversation ON dead_letter(destination, conversation, position);
        CREATE TABLE attempt(destination INTEGER NOT NULL, position INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL, status INTEGER, duration_ms INTEGER NOT NULL,
            answer TEXT, PRIMARY KEY (destination, position, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE waiting(destination INTEGER NOT NULL, conversation TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (destination, conversation, position)) STRICT, WITHOUT ROWID;
        CREATE INDEX waiting_position ON waiting(position);
        """,
        """
        ALTER TABLE destination ADD COLUMN ends_after INTEGER;
        """,
        """
        ALTER TABLE destination ADD COLUMN paused_at INTEGER;
        ALTER TABLE destination ADD COLUMN paused_by TEXT;
        ALTER TABLE destination ADD COLUMN pause_reason TEXT;
        """,
        """
        ALTER TABLE event ADD COLUMN checksum INTEGER;
        ALTER TABLE held ADD COLUMN checksum INTEGER;
        ALTER TABLE destination ADD COLUMN held_until INTEGER;
        ALTER TABLE gap ADD COLUMN in_service_ms INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE gap ADD COLUMN not_asked TEXT;
        ALTER TABLE conversation ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE set_aside(number INTEGER PRIMARY KEY, at INTEGER NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL, row TEXT NOT NULL) STRICT;
        CREATE TABLE journal(one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, identity_key TEXT) STRICT;
        INSERT INTO journal(one, id) VALUES (1, lower(hex(randomblob(16))));
        CREATE TABLE token(name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, created_by TEXT NOT NULL, expires_at INTEGER) STRICT, WITHOUT ROWID;
        CREATE TABLE ended_session(id TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        ALTER TABLE audit_head ADD COLUMN checkpoint INTEGER;
        ALTER TABLE audit_head ADD COLUMN checkpoint_hash TEXT;
        ALTER TABLE audit_head ADD COLUMN checkpoint_key TEXT;
        """,
    ];
}
