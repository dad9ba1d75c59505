namespace Tieline.Service.Http;

/// <summary>Figures that <c>/metrics</c> shows in its JSON after the specification's six. All that are registered are asked, in that order.</summary>
internal interface ILiveFigures
{
    /// <summary>camelCase names and values; <see cref="double.NaN"/> where the value is not known, which is shown as null.</summary>
    IEnumerable<KeyValuePair<string, double>> Read();
}
