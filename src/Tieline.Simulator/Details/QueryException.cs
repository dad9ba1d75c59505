namespace Tieline.Simulator.Details;

/// <param name="code">As the API names what is wrong: <c>bad.request</c>, <c>invalid.value</c>, <c>invalid.date</c>.</param>
internal sealed class QueryException(string code, string message) : Exception(message)
{
    public string Code => code;
}
