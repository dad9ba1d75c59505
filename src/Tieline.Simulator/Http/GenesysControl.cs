using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Tieline.Simulator.Http;

/// <summary>The control API under <c>/_simulator/</c>; the README lists it.</summary>
internal sealed class GenesysControl(GenesysSimulator simulator)
{
    private const string Calls = "GET status, GET ledger[?from=n&stream=n], GET facts, POST rate, POST details, POST faults, POST stop, POST emit, POST queues, POST refused";

    public Task HandleAsync(HttpContext context, string call) => (context.Request.Method, call) switch
    {
        ("GET", "status") => Json.WriteAsync(context, 200, simulator.Status),
        ("GET", "ledger") => LedgerAsync(context),
        ("GET", "facts") => Json.WriteLinesAsync(context, simulator.Facts()),
        ("POST", "queues") => QueuesAsync(context),
        ("POST", "refused") => RefusedAsync(context),
        ("POST", "rate") => RateAsync(context),
        ("POST", "details") => DetailsAsync(context),
        ("POST", "faults") => FaultsAsync(context),
        ("POST", "stop") => StopAsync(context),
        ("POST", "emit") => EmitAsync(context),
        _ => Json.WriteAsync(context, 404, new { error = $"No {context.Request.Method} {call}. There is: {Calls}" }),
    };

    private Task LedgerAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (!TryNumber(query["from"], out var from) || !TryNumber(query["stream"], out var stream))
        {
            return BadAsync(context, "from must be a sequence number and stream the index of a stream, both from 0");
        }
        return Json.WriteLinesAsync(context, simulator.Ledger(from, (int)Math.Min(stream, int.MaxValue)));
    }

    private async Task RateAsync(HttpContext context)
    {
        var problem = "rate must be a number from 0 (as fast as possible) to 10000000, passing above 0 and at most 1: {\"rate\":500,\"passing\":0.2}";
        try
        {
            using var body = JsonDocument.Parse(await Json.ReadAsync(context.Request));
            double? rate = body.RootElement.TryGetProperty("rate", out var r) ? r.GetDouble() : null;
            double? passing = body.RootElement.TryGetProperty("passing", out var p) ? p.GetDouble() : null;
            if (rate is null or < 0 or > 10_000_000 || passing is <= 0 or > 1)
            {
                await BadAsync(context, problem);
                return;
            }
            simulator.SetRate(rate.Value, passing);
            await Json.WriteAsync(context, 200, simulator.Status);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            await BadAsync(context, problem);
        }
    }

    private async Task DetailsAsync(HttpContext context)
    {
        try
        {
            simulator.ChangeDetails(DetailsChange.Parse(await Json.ReadAsync(context.Request)));
            await Json.WriteAsync(context, 200, simulator.Status);
        }
        catch (FormatException e)
        {
            await BadAsync(context, e.Message);
        }
    }

    private async Task FaultsAsync(HttpContext context)
    {
        try
        {
            await simulator.InjectAsync(SimulatorFault.Parse(await Json.ReadAsync(context.Request)), context.Connection.Id);
            await Json.WriteAsync(context, 200, simulator.Status);
        }
        catch (FormatException e)
        {
            await BadAsync(context, e.Message);
        }
    }

    private async Task QueuesAsync(HttpContext context)
    {
        try
        {
            using var body = JsonDocument.Parse(await Json.ReadAsync(context.Request));
            if (body.RootElement.TryGetProperty("add", out var name) && name.GetString() is { Length: > 0 } add)
            {
                await Json.WriteAsync(context, 200, simulator.AddQueue(add));
                return;
            }
            if (body.RootElement.TryGetProperty("remove", out var id) && simulator.RemoveQueue(id.GetString() ?? ""))
            {
                await Json.WriteAsync(context, 200, new { removed = id.GetString() });
                return;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // told below
        }
        await BadAsync(context, "{\"add\":\"NAME\"} or {\"remove\":\"ID\"} of a queue that is listed");
    }

    private async Task RefusedAsync(HttpContext context)
    {
        try
        {
            simulator.RefuseTopics(JsonSerializer.Deserialize<string[]>(await Json.ReadAsync(context.Request)) ?? []);
            await Json.WriteAsync(context, 200, simulator.Status);
        }
        catch (JsonException)
        {
            await BadAsync(context, "a JSON array of topics, or of ids of queues and users; an empty one permits all again");
        }
    }

    private Task StopAsync(HttpContext context)
    {
        simulator.Stop();
        return Json.WriteAsync(context, 200, simulator.Status);
    }

    private async Task EmitAsync(HttpContext context)
    {
        var lines = (await Json.ReadAsync(context.Request)).Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).ToList();
        var sockets = simulator.Emit(lines.ConvertAll(Encoding.UTF8.GetBytes));
        await Json.WriteAsync(context, 200, new { frames = lines.Count, sockets });
    }

    private static bool TryNumber(string? text, out long number)
    {
        number = 0;
        return string.IsNullOrEmpty(text) || (long.TryParse(text, out number) && number >= 0);
    }

    private static Task BadAsync(HttpContext context, string error) => Json.WriteAsync(context, 400, new { error });
}
