using System.Globalization;
using CsCheck;
using Microsoft.Data.Sqlite;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Journal;

/// <summary>Conversations by their newest event, in pages, over a journal that grows meanwhile.</summary>
public sealed class ConversationListTests : IDisposable
{
    private static readonly TimeSpan _apart = TimeSpan.FromHours(5);

    private readonly TempDirectory _directory = new();
    private readonly SqliteConnection _writing;
    private readonly JournalReader _reader;

    public ConversationListTests()
    {
        var path = _directory.FileNamed("tieline.db");
        _writing = Database.OpenForWriting(path, JournalSchema.Migrations);
        _writing.CreateFunction("key_of", (string conversation) => ConversationIndex.KeyOf(conversation), isDeterministic: true);
        _reader = new JournalReader(path);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writing.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void No_statement_scans_a_table_or_sorts()
    {
        foreach (var sql in JournalReader.ConversationStatements)
        {
            var plan = PlanOf(sql);
            plan.ShouldContain(step => step.StartsWith("SEARCH e USING INTEGER PRIMARY KEY (rowid", StringComparison.Ordinal), sql);
            plan.ShouldNotContain(step => step.StartsWith("USE TEMP B-TREE", StringComparison.Ordinal), sql);
            plan.Where(step => step.StartsWith("SCAN", StringComparison.Ordinal) && step is not ("SCAN CONSTANT ROW" or "SCAN day")).ShouldBeEmpty(sql);
        }
    }

    [Fact]
    public void In_pages_of_any_size_each_comes_once_by_its_newest_event_that_fits_as_it_was_when_the_first_page_was_read() =>
        Gen.Select(
            Gen.Select(Gen.Int[0, 7], Gen.Bool).List[0, 40], Gen.Select(Gen.Int[0, 9], Gen.Bool).List[0, 6], Gen.Int[0, 46], Gen.Int[1, 4], Gen.Bool, Gen.Int[-1, 40])
            .Sample(
                (events, later, lookedUp, limit, onlyCompleted, fromEvent) =>
                {
                    Database.Execute(_writing, "DELETE FROM event; DELETE FROM lookup; UPDATE mark SET looked_up_through = 0");
                    Add(events, 1);
                    LookUp(lookedUp);
                    DateTimeOffset? from = fromEvent < 0 ? null : At(fromEvent + 1);
                    var search = new EventSearch(State: onlyCompleted ? EventKinds.Completed : null, From: from);
                    var expected = events.Select((one, index) => (Conversation: Name(one.Item1), IsCompleted: one.Item2, Position: (long)index + 1))
                        .Where(one => (one.IsCompleted || !onlyCompleted) && (from is null || At(one.Position) >= from))
                        .GroupBy(one => one.Conversation).Select(group => (group.Key, group.Max(one => one.Position))).OrderByDescending(one => one.Item2).ToList();

                    var found = new List<(string, long)>();
                    ConversationCursor? cursor = null;
                    var isFirst = true;
                    do
                    {
                        var page = _reader.SearchConversations(search, cursor, limit);
                        page.Newest.Count.ShouldBeLessThanOrEqualTo(limit);
                        found.AddRange(page.Newest.Select(one => (one.ConversationId, one.Position.Value)));
                        cursor = page.Next;
                        if (isFirst)
                            Add(later, events.Count + 1);
                        isFirst = false;
                    }
                    while (cursor is not null);

                    found.ShouldBe(expected);
                },
                iter: 300, threads: 1);

    [Fact]
    public void A_page_looks_through_a_bounded_part_and_says_how_far_it_came()
    {
        var rows = JournalReader.SearchedAtOnce + 10;
        Add([.. Enumerable.Range(0, rows).Select(index => (index == 3 ? 7 : 1, index == 3))], 1);
        var search = new EventSearch(State: EventKinds.Completed);

        var first = _reader.SearchConversations(search, null, 100);
        first.Newest.ShouldBeEmpty();
        first.Next.ShouldBe(new ConversationCursor(new JournalPosition(rows), new JournalPosition(11)));
        first.LookedBackTo.ShouldBe(At(11));
        var second = _reader.SearchConversations(search, first.Next, 100);
        second.Newest.ShouldHaveSingleItem().Position.Value.ShouldBe(4);
        second.Next.ShouldBeNull();
    }

    [Fact]
    public void More_than_two_hundred_never_come_at_once()
    {
        Add([.. Enumerable.Range(0, JournalReader.MaxFound + 5).Select(index => (index, true))], 1);

        _reader.SearchConversations(new EventSearch(), null, int.MaxValue).Newest.Count.ShouldBe(JournalReader.MaxFound);
    }

    [Theory]
    [InlineData("17-4", true)]
    [InlineData("4-4", true)]
    [InlineData("4-17", false)]
    [InlineData("17", false)]
    [InlineData("-17", false)]
    [InlineData("17-", false)]
    [InlineData("17--4", false)]
    [InlineData("a-4", false)]
    [InlineData("99999999999999999999-4", false)]
    public void A_cursor_is_read_as_it_is_written(string text, bool isOne)
    {
        ConversationCursor.TryParse(text, out var cursor).ShouldBe(isOne);
        cursor?.ToString().ShouldBe(text);
    }

    private static string Name(int conversation) => string.Create(CultureInfo.InvariantCulture, $"c{conversation}");

    private static DateTimeOffset At(long position) => Some.Time + (_apart * position);

    /// <summary>Events one behind the other, of several days.</summary>
    private void Add(IReadOnlyList<(int Conversation, bool IsCompleted)> events, long from)
    {
        using var transaction = _writing.BeginTransaction();
        using var insert = _writing.CreateCommand();
        insert.CommandText = "INSERT INTO event VALUES ($position, randomblob(16), 1, $position, $conversation, 'conversation.state', $state, $at, 'voice', 'q1', '[]', 0, $at, 7, NULL)";
        foreach (var name in (string[])["$position", "$conversation", "$state", "$at"])
            insert.Parameters.Add(new SqliteParameter { ParameterName = name });
        foreach (var (index, (conversation, isCompleted)) in events.Index())
        {
            insert.Parameters[0].Value = from + index;
            insert.Parameters[1].Value = Name(conversation);
            insert.Parameters[2].Value = isCompleted ? EventKinds.Completed : EventKinds.Abandoned;
            insert.Parameters[3].Value = At(from + index).ToUnixTimeMilliseconds();
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <summary>As the writer hands them over to the table.</summary>
    private void LookUp(int through) => Database.Execute(_writing, string.Create(
        CultureInfo.InvariantCulture, $"INSERT INTO lookup SELECT received_at / 86400000, key_of(conversation), position FROM event WHERE position <= {through}; UPDATE mark SET looked_up_through = {through}"));

    private List<string> PlanOf(string sql)
    {
        using var command = _writing.CreateCommand();
#pragma warning disable CA2100 // the journal's own
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
#pragma warning restore CA2100
        for (var index = 0; index <= 13; index++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${index}", Value = 1 });
        var steps = new List<string>();
        using var row = command.ExecuteReader();
        while (row.Read())
            steps.Add(row.GetString(3));
        return steps;
    }
}
