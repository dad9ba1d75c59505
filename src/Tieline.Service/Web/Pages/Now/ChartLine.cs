namespace Tieline.Service.Web.Pages.Now;

/// <summary>One line of a chart. The dash tells it from the others where colours do not.</summary>
/// <param name="Values">Null: not known.</param>
/// <param name="Color">A custom property of the theme: <c>c1</c> to <c>c5</c>.</param>
public sealed record ChartLine(string Label, string Color, IReadOnlyList<double?> Values)
{
    /// <summary>Lengths of dash and gap; empty: a whole line.</summary>
    public IReadOnlyList<int> Dash { get; init; } = [];
}
