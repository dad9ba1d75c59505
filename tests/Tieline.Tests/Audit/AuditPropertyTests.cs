using System.Text.Json.Nodes;
using CsCheck;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Tests.Audit;

public sealed class AuditPropertyTests
{
    private static readonly string[] _bad = ["", "\n", "\"}\n{\"", "\u2028", "😀", "\\", ",\"fact\":9", ",\"hash\":\"", "\ud800"];

    private static readonly Gen<string> _nasty = Gen.OneOf(
        Gen.String, Gen.String[Gen.Char['\0', '\uffff'], 0, 20], Gen.Int[0, _bad.Length - 1].Select(i => _bad[i]));

    private static readonly Gen<JsonObject?> _detail = Gen.OneOf(
        Gen.Const((JsonObject?)null),
        Gen.Select(_nasty, Gen.Long).Select((reason, missing) => (JsonObject?)new JsonObject { ["reason"] = reason, ["missing"] = missing, [reason] = null }));

    private static readonly Gen<AuditFact> _fact = Gen.Select(
        Gen.DateTime[new DateTime(2026, 3, 1), new DateTime(2026, 3, 3)], Gen.Long.Nullable(), _nasty.Null(), _nasty.Null(), Gen.ULong.Nullable(), Gen.ULong.Nullable(), _nasty, _detail)
        .Select((time, sequence, conversation, type, hash, id, action, detail) => new AuditFact(
            0, new DateTimeOffset(time, TimeSpan.Zero), sequence, conversation, type, hash, id is { } value ? new EventId(value) : null, action, conversation, detail));

    /// <summary>Whatever the facts and wherever it was stopped between them, the log verifies and holds each once.</summary>
    [Fact]
    public async Task Any_facts_in_any_runs_make_a_log_that_verifies() =>
        await Gen.Select(_fact.Array[0, 12].Array[1, 4], Gen.Long[1, 5_000]).SampleAsync(async (runs, maxFileBytes) =>
        {
            using var rig = new AuditRig { Opener = UnsyncedStream.Open };
            rig.Options.MaxFileBytes = maxFileBytes;
            foreach (var run in runs)
            {
                rig.Facts.Add(run.Select((fact, i) => fact with { Number = rig.Facts.All.Count + 1 + i, Detail = (JsonObject?)fact.Detail?.DeepClone() }).ToArray());
                await rig.RunOnceAsync();
            }

            rig.ShouldHoldEachFactOnce();
            var report = await rig.VerifyAsync(journalHead: rig.Facts.Head, newestFact: () => rig.Facts.All.Count);
            report.FirstBad.ShouldBeNull();
            report.Lines.ShouldBe(rig.Facts.All.Count);
        }, iter: 200);
}
