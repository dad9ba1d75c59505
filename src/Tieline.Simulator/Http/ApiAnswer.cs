namespace Tieline.Simulator.Http;

/// <summary>What a request is answered with.</summary>
/// <param name="Status">When it is good.</param>
/// <param name="Body">JSON; empty: there is none.</param>
/// <param name="Error">In place of both.</param>
internal readonly record struct ApiAnswer(int Status, byte[] Body, ApiError? Error)
{
    public static ApiAnswer Ok(byte[] body) => new(200, body, null);

    public static ApiAnswer Empty(int status) => new(status, [], null);

    public static ApiAnswer Failed(int status, string? code = null, string? message = null) => new(status, [], new ApiError(status) { Code = code, Message = message });
}
