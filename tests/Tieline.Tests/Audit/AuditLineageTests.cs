using System.Text.Json.Nodes;
using Tieline.Audit;
using Tieline.Diagnostics;
using Tieline.Forwarding;
using Tieline.Journal;
using Tieline.Storage;
using Tieline.TestKit;
using Tieline.Tests.Journal;

namespace Tieline.Tests.Audit;

/// <summary>What belongs together goes on; what does not is refused before anything is received, and begun anew on record only.</summary>
public sealed class AuditLineageTests : IDisposable
{
    private const int FactChanged = 4041;
    private const int Broken = 4012;
    private const int Unfinished = 4013;

    private readonly TempDirectory _temp = new();
    private readonly ManualTime _time = new();
    private readonly TielineMetrics _metrics = new();
    private readonly LogGuard _logs = new();
    private long _sequence;

    private string Data => _temp.FileNamed("data");

    private string Audit => Path.Combine(Data, "audit");

    private string Database => Path.Combine(Data, JournalSchema.FileName);

    public void Dispose()
    {
        _metrics.Dispose();
        _temp.Dispose();
        _logs.Verify();
    }

    [Fact]
    public async Task A_journal_and_its_log_go_on_however_often_they_are_started()
    {
        for (var start = 0; start < 3; start++)
            await RunAsync(appends: 3);
        (await VerifyAsync()).Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task After_a_crash_before_the_journal_was_told_of_the_head_the_last_line_is_made_again_and_is_the_same()
    {
        await RunAsync(appends: 3);
        Change("DELETE FROM audit_head");
        await RunAsync(appends: 3);
        (await VerifyAsync()).Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task A_new_journal_beside_an_older_log_is_refused_with_what_to_do()
    {
        await RunAsync(appends: 3);
        File.Delete(Database);

        var refused = await Should.ThrowAsync<AuditBrokenException>(() => RunAsync(appends: 3));
        refused.IsForeign.ShouldBeTrue();
        foreach (var said in (string[])["do not belong together", "is of journal", "from the same copy", "tieline audit restart --reason", "tieline reconcile"])
            refused.Message.ShouldContain(said);
    }

    [Fact]
    public async Task An_older_copy_of_the_journal_is_refused_and_still_is_when_it_would_have_counted_that_far()
    {
        await RunAsync(appends: 3);
        File.Copy(Database, _temp.FileNamed("older"));
        await RunAsync(appends: 5);
        File.Copy(_temp.FileNamed("older"), Database, overwrite: true);

        (await Should.ThrowAsync<AuditBrokenException>(() => RunAsync(appends: 1))).Message.ShouldContain("has reached fact 10, the journal's newest is 4");

        _time.Advance(TimeSpan.FromSeconds(1));
        await RunAsync(appends: 20, checks: false, audits: false);
        (await Should.ThrowAsync<AuditBrokenException>(() => RunAsync(appends: 1))).IsForeign.ShouldBeTrue();
    }

    [Fact]
    public async Task Another_journal_is_refused_by_its_id_though_it_has_more_facts()
    {
        await RunAsync(appends: 3);
        File.Delete(Database);
        await RunAsync(appends: 30, checks: false, audits: false);

        (await Should.ThrowAsync<AuditBrokenException>(() => RunAsync(appends: 1))).Message.ShouldContain("is of journal");
    }

    [Fact]
    public async Task A_log_of_before_there_were_ids_is_told_from_another_by_its_last_line_and_its_own_goes_on()
    {
        await RunAsync(appends: 3, hasId: false);
        Directory.EnumerateFiles(Audit).Any(file => File.ReadAllText(file).Contains("\"journal\"", StringComparison.Ordinal)).ShouldBeFalse();
        await RunAsync(appends: 3);
        await RunAsync(appends: 3);
        (await VerifyAsync()).Ok.ShouldBeTrue();

        Directory.Delete(Data, recursive: true);
        await RunAsync(appends: 3, hasId: false);
        File.Delete(Database);
        _time.Advance(TimeSpan.FromHours(1));
        await RunAsync(appends: 30, checks: false, audits: false);
        (await Should.ThrowAsync<AuditBrokenException>(() => RunAsync(appends: 1))).Message.ShouldContain("line of fact 4 is not the one that the journal's fact makes");
    }

    [Fact]
    public async Task A_row_that_was_changed_does_not_keep_its_own_journal_from_starting()
    {
        await RunAsync(appends: 3);
        var head = Scalar("SELECT fact FROM audit_head");
        await RunAsync(appends: 3);
        // As if the journal had been told of the first run's head only.
        Change($"UPDATE audit_head SET fact = {head}, hash = '{Line((int)head)["hash"]!.GetValue<string>()}'");
        Change("UPDATE fact SET at = at + 1 WHERE number = (SELECT max(number) FROM fact)");

        _logs.Expect(FactChanged);
        await RunAsync(appends: 1);
        _logs.Has(FactChanged).ShouldBeTrue();
    }

    [Theory]
    [InlineData("a flipped bit")]
    [InlineData("no log")]
    [InlineData("no signing key")]
    [InlineData("an older log")]
    public async Task Damage_of_the_log_is_told_refuses_nothing_and_keeps_all_that_the_log_lacks(string damage)
    {
        await RunAsync(appends: 3);
        var file = Directory.GetFiles(Audit, "audit-*.jsonl").Single();
        var older = await File.ReadAllBytesAsync(file, Cancellation);
        await RunAsync(appends: 3);
        var whole = await File.ReadAllBytesAsync(file, Cancellation);
        Break(damage, file, older);

        _logs.Expect(Broken);
        _logs.Expect(Unfinished);
        var problem = await RunAsync(appends: 3, removes: true);

        problem.ShouldNotBeNull();
        _logs.Has(Broken).ShouldBeTrue();
        // The last run's events are all there, though they are settled and old; and their facts.
        Scalar("SELECT count(*) FROM event WHERE position > 6").ShouldBe(3);
        Scalar("SELECT count(*) FROM fact WHERE number > (SELECT fact FROM audit_head)").ShouldBeGreaterThan(0);

        Mend(damage, file, whole);
        (await RunAsync(appends: 1)).ShouldBeNull();
        (await VerifyAsync()).Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task A_new_chain_begins_on_record_and_the_old_one_is_left_as_it_is()
    {
        await RunAsync(appends: 3);
        await File.WriteAllTextAsync(Path.Combine(Data, ForwardPosition.FileName), "{}", Cancellation);
        var old = await File.ReadAllTextAsync(Directory.GetFiles(Audit, "audit-*.jsonl").Single(), Cancellation);
        File.Delete(Database);
        await Should.ThrowAsync<AuditBrokenException>(() => RunAsync(appends: 3));

        var aside = Restart().ShouldNotBeNull();

        (await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(Data, aside), "audit-*.jsonl").Single(), Cancellation)).ShouldBe(old);
        File.Exists(Path.Combine(Data, ForwardPosition.FileName)).ShouldBeFalse();
        var first = Line(0);
        first["action"]!.GetValue<string>().ShouldBe("chain-begun");
        var detail = first["detail"]!;
        (detail["reason"]!.GetValue<string>(), detail["by"]!.GetValue<string>(), detail["oldLog"]!.GetValue<string>(), detail["oldFact"]!.GetValue<long>()).ShouldBe(("disk lost", "ann", aside, 4));
        detail["oldHead"]!.GetValue<string>().ShouldBe(JsonNode.Parse(old.Split('\n')[^2])!["hash"]!.GetValue<string>());

        await RunAsync(appends: 3);
        await RunAsync(appends: 3);
        var report = await VerifyAsync();
        report.Ok.ShouldBeTrue(report.FirstBad?.ToString());
        report.Fact.ShouldBe(8);
    }

    [Fact]
    public async Task A_new_chain_goes_on_behind_the_facts_that_the_old_one_had()
    {
        await RunAsync(appends: 3);
        var file = Directory.GetFiles(Audit, "audit-*.jsonl").Single();
        Break("a flipped bit", file, []);
        _logs.Expect(Broken);
        _logs.Expect(Unfinished);
        await RunAsync(appends: 2);

        Restart();
        (await RunAsync(appends: 1)).ShouldBeNull();

        Line(0)["fact"]!.GetValue<long>().ShouldBe(4);
        Line(0)["detail"]!["oldEnd"]!.GetValue<string>().ShouldBe("checkpoint");
        Line(1)["fact"]!.GetValue<long>().ShouldBe(5);
        (await VerifyAsync()).Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task A_line_that_begins_a_chain_is_good_in_no_other_place()
    {
        await RunAsync(appends: 3);
        Restart();
        await RunAsync(appends: 1);
        var file = Directory.GetFiles(Audit, "audit-*.jsonl").Single();
        var lines = await File.ReadAllLinesAsync(file, Cancellation);
        await File.WriteAllTextAsync(file, string.Concat(lines.Append(lines[0]).Select(line => line + "\n")), Cancellation);
        (await VerifyAsync()).Ok.ShouldBeFalse();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>One start and stop, with a started line and so many events, which are settled.</summary>
    /// <returns>What kept the audit log from being written.</returns>
    private async Task<string?> RunAsync(int appends, bool checks = true, bool audits = true, bool hasId = true, bool removes = false)
    {
        using var directory = DataDirectory.Open(Data);
        if (!hasId)
        {
            using (Tieline.Storage.Database.OpenForWriting(Database, JournalSchema.Migrations))
            {
            }

            Change("UPDATE journal SET id = ''");
        }

        using var journal = SqliteJournal.Open(directory, ["crm"], _time, _metrics, _logs.For<SqliteJournal>());
        if (checks)
            AuditLineage.Check(Data, journal, _logs.CreateLogger(""));
        var writing = Task.Run(() => journal.WriteAsync(CancellationToken.None), Cancellation);
        await journal.PostAsync(new JournalWork.Note("started", journal.Id is { } id ? new JsonObject { ["version"] = "1", ["journal"] = id }.ToJsonString() : """{"version":"1"}"""), Cancellation);
        for (var count = 0; count < appends; count++)
            await journal.PostAsync(JournalRig.Append(++_sequence), Cancellation);
        await journal.WaitForDurabilityAsync(Cancellation);
        string? problem = null;
        if (removes)
        {
            var (number, newest) = (journal.NumberOf("crm"), journal.Positions.Value);
            for (var position = 1L; position <= newest; position++)
                await journal.PostAsync(new JournalWork.Settle(new Settlement(number, new(position), 200, 1, null, new(position))), Cancellation);
            await journal.WaitForDurabilityAsync(Cancellation);
            _time.Advance(TimeSpan.FromDays(30));
            await new RetentionLoop(journal, new RetentionOptions { Delivered = TimeSpan.FromHours(1) }, _time, _logs.For<RetentionLoop>()).RemoveAsync(Cancellation);
        }

        if (audits)
        {
            var projection = new AuditProjection(Data, journal, new AuditOptions(), _metrics, _time, _logs.For<AuditProjection>());
            await projection.RunAsync(new CancellationToken(canceled: true), CancellationToken.None);
            problem = projection.Problem;
        }

        journal.Complete();
        await writing;
        if (!hasId)
            Change("UPDATE journal SET id = lower(hex(randomblob(16)))"); // as the migration does
        return problem;
    }

    private string? Restart()
    {
        using var directory = DataDirectory.Open(Data);
        return AuditRestart.Begin(directory, "disk lost", "ann", ForwardPosition.FileName, _time.GetUtcNow());
    }

    private void Break(string damage, string file, byte[] older)
    {
        switch (damage)
        {
            case "a flipped bit":
                var bytes = File.ReadAllBytes(file);
                bytes[bytes.Length / 2] ^= 4;
                File.WriteAllBytes(file, bytes);
                break;
            case "no log":
                Directory.Move(Audit, _temp.FileNamed("away"));
                break;
            case "no signing key":
                File.Move(Path.Combine(Data, "keys", AuditKey.PrivateFile), _temp.FileNamed("away"));
                break;
            default:
                File.WriteAllBytes(file, older);
                break;
        }
    }

    private void Mend(string damage, string file, byte[] whole)
    {
        switch (damage)
        {
            case "no log":
                Directory.Delete(Audit, recursive: true);
                Directory.Move(_temp.FileNamed("away"), Audit);
                break;
            case "no signing key":
                File.Move(_temp.FileNamed("away"), Path.Combine(Data, "keys", AuditKey.PrivateFile));
                break;
            default:
                File.WriteAllBytes(file, whole);
                break;
        }
    }

    private JsonNode Line(int index) => JsonNode.Parse(File.ReadAllLines(Directory.GetFiles(Audit, "audit-*.jsonl").Single())[index < 1 ? index : Line(0)["action"]!.GetValue<string>() == "chain-begun" ? index : index - 1])!;

    private async Task<AuditReport> VerifyAsync()
    {
        using var journal = new JournalReader(Database);
        return await AuditVerifier.VerifyAsync(Audit, null, null, journal.ReadHead(), () => journal.ReadCounters().NextFact - 1, null, Cancellation);
    }

    private long Scalar(string sql)
    {
        using var connection = Tieline.Storage.Database.OpenForReading(Database, JournalSchema.Migrations.Count);
        return Tieline.Storage.Database.Scalar(connection, sql);
    }

    private void Change(string sql)
    {
        using var connection = Tieline.Storage.Database.OpenForWriting(Database, JournalSchema.Migrations);
        Tieline.Storage.Database.Execute(connection, sql);
    }
}
