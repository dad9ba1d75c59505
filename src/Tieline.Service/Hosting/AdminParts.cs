using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Service.Http;
using Tieline.Service.Web.History;

namespace Tieline.Service.Hosting;

/// <summary>What the admin API and the console work on, while it runs.</summary>
/// <param name="Ending">Told when it ends: whoever follows it lets go.</param>
internal sealed record AdminParts(AccessTokens Tokens, EventIntake Intake, SqliteJournal Journal, ReconcileLoop Reconciling, DeadLetterDesk Desk, HistoryLoop History, CancellationToken Ending);
