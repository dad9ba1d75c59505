using System.Text.Json;
using Tieline.Events;

namespace Tieline.Tests.Genesys.Details;

/// <summary>One request to the details API.</summary>
/// <param name="Path">Below <c>/details</c>, with the query.</param>
internal sealed record Asked(string Method, string Path, string Body, string? Bearer)
{
    public int Page => Member("paging").GetProperty("pageNumber").GetInt32();

    public DateTimeOffset From => Interval(0);

    public DateTimeOffset To => Interval(1);

    private DateTimeOffset Interval(int end)
    {
        EventTime.TryParse(System.Text.Encoding.UTF8.GetBytes(Member("interval").GetString()!.Split('/')[end]), out var time).ShouldBeTrue();
        return time;
    }

    private JsonElement Member(string name)
    {
        using var document = JsonDocument.Parse(Body);
        return document.RootElement.GetProperty(name).Clone();
    }
}
