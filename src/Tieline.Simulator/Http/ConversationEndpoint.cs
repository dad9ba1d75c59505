using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Details;
using Tieline.Simulator.Notifications;

namespace Tieline.Simulator.Http;

/// <summary>One conversation by its id: as it is now, and as the details API tells it.</summary>
internal sealed class ConversationEndpoint(
    TimeProvider time, ApiDoor door, DetailsSettings settings, History history, RecordBuilder builder, RecordWriter writer, DetailsAnswer answers, Notifier notifier)
{
    private const int MostAtOnce = 100;

    /// <summary><c>GET /api/v2/conversations/{id}</c>.</summary>
    public Task LiveAsync(HttpContext context, string id, Action counted) => AnswerAsync(context, id, TimeSpan.Zero, notifier.Rest, counted);

    /// <summary><c>GET /api/v2/analytics/conversations/{id}/details</c>: the same bytes as an element of a query's answer.</summary>
    public Task DetailsAsync(HttpContext context, string id, Action counted) => AnswerAsync(
        context,
        id,
        settings.Lag,
        (past, asOf) => DetailsAnswer.MakeBare(json => writer.Write(json, new DetailsRow(past, asOf, builder), withAttributes: false)),
        counted);

    /// <summary><c>GET /api/v2/analytics/conversations/details?id=…,…</c>: those that are known, at most <see cref="MostAtOnce"/> asked for.</summary>
    public Task DetailsOfManyAsync(HttpContext context, Action counted)
    {
        var asOf = (time.GetUtcNow() - settings.Lag).ToUnixTimeMilliseconds();
        var ids = context.Request.Query["id"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
        return door.HandleAsync(context, "conversation", _ => Task.FromResult(Answer()), counted);

        ApiAnswer Answer()
        {
            if (ids.Length is 0 or > MostAtOnce)
            {
                return ApiAnswer.Failed(400);
            }
            DetailsRow[] rows = [.. ids.Select(id => Guid.TryParse(id, out var guid) ? history.Find(guid) : null).OfType<PastConversation>().Where(past => past.StreamedAt <= asOf).Select(past => new DetailsRow(past, asOf, builder))];
            return ApiAnswer.Ok(answers.Rows(rows, ofJob: false, _ => { }));
        }
    }

    private Task AnswerAsync(HttpContext context, string id, TimeSpan lag, Func<PastConversation, long, byte[]> make, Action counted)
    {
        var asOf = (time.GetUtcNow() - lag).ToUnixTimeMilliseconds();
        return door.HandleAsync(
            context,
            "conversation",
            _ => Task.FromResult(Guid.TryParse(id, out var guid) && history.Find(guid) is { } past && past.StreamedAt <= asOf
                ? ApiAnswer.Ok(make(past, asOf))
                : ApiAnswer.Failed(404)),
            counted);
    }
}
