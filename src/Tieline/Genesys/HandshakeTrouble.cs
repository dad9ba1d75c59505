using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using Tieline.Http;

namespace Tieline.Genesys;

/// <summary>What a failed WebSocket handshake tells. Never an exception's own text: it may hold an address that is a secret.</summary>
internal static class HandshakeTrouble
{
    /// <summary>There was no answer.</summary>
    /// <param name="timeout">How long it was waited for, where that is why.</param>
    public static ConnectOutcome.Failed Unreachable(Uri uri, Exception e, bool timedOut, TimeSpan timeout)
    {
        if (timedOut)
            return new ConnectOutcome.Failed("timeout", $"{uri.Host}:{uri.Port} did not answer within {timeout.TotalSeconds} s", null, HadToken: true);
        var cause = e as HttpRequestException ?? e.InnerException as HttpRequestException;
        var tag = cause?.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "name_resolution_error",
            HttpRequestError.ConnectionError => "connection_error",
            HttpRequestError.SecureConnectionError => "secure_connection_error",
            _ => "protocol_error",
        };
        var what = (cause?.InnerException ?? cause ?? e) is SocketException socket ? socket.SocketErrorCode.ToString() : tag;
        return new ConnectOutcome.Failed(tag, $"{uri.Host}:{uri.Port} cannot be reached ({what}); is it open outbound?", null, HadToken: true);
    }

    /// <summary>The answer's <c>Retry-After</c>; null where it has none.</summary>
    public static TimeSpan? RetryAfterOf(ClientWebSocket socket, DateTimeOffset now)
    {
        if (socket.HttpResponseHeaders is not { } headers || Values(headers, "Retry-After") is not { } asked)
            return null;
        var isDated = DateTimeOffset.TryParseExact(Values(headers, "Date")?.FirstOrDefault(), "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date);
        return RetryAfter.Read(asked, isDated ? date : now);
    }

    private static IEnumerable<string>? Values(IReadOnlyDictionary<string, IEnumerable<string>> headers, string name) =>
        headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
