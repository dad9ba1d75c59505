namespace Tieline.Service.Http;

/// <summary>One thing that the API does: its route and its description in one, so that neither can be there without the other.</summary>
/// <param name="Path">Below <see cref="AdminApi.Path"/>, with <c>{names}</c>.</param>
/// <param name="Summary">What it does, in a sentence.</param>
/// <param name="Shape">What it answers: one of <see cref="ApiShapes"/>.</param>
/// <param name="Roles">Who may: of <see cref="AccessRoles"/>.</param>
internal sealed record ApiOperation(string Method, string Path, IReadOnlyList<string> Roles, string Summary, string Shape, Func<ApiCall, Task> Answer)
{
    /// <summary>What may be given: in the query of a GET, else as members of a JSON object.</summary>
    public IReadOnlyList<ApiParameter> Takes { get; init; } = [];

    /// <summary>JSON unless told.</summary>
    public string Media { get; init; } = ApiMedia.Json;

    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Statuses of refusals besides 400, 401, 403 and 503.</summary>
    public IReadOnlyList<int> Refusals { get; init; } = [];

    public bool IsRead => HttpMethods.IsGet(Method);

    /// <summary>Whether the body may be left out.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>Whether the body's members are more than texts and numbers: whoever answers reads it.</summary>
    public bool HasOwnBody { get; init; }
}

/// <param name="Type">One of <see cref="ApiShapes"/>'s primitive types.</param>
/// <param name="Words">Its values; empty: any.</param>
internal sealed record ApiParameter(string Name, string Type, string Description, bool IsRequired = false, params IReadOnlyList<string> Words);

internal static class ApiMedia
{
    public const string Json = "application/json";

    /// <summary>One JSON object a line: <c>progress</c> now and then, at last a <c>report</c> or a <c>problem</c>.</summary>
    public const string Lines = "application/x-ndjson";

    /// <summary>Server-sent events.</summary>
    public const string Events = "text/event-stream";
}
