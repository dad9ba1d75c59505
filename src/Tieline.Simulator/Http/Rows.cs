using Tieline.Simulator.Details;

namespace Tieline.Simulator.Http;

internal static class Rows
{
    /// <param name="page">All of the page.</param>
    /// <param name="fault"><c>empty</c> leaves out all, <c>truncated</c> the second half.</param>
    public static List<DetailsRow> Told(List<DetailsRow> page, string? fault) => fault switch
    {
        "empty" => [],
        "truncated" => page.GetRange(0, page.Count / 2),
        _ => page,
    };
}
