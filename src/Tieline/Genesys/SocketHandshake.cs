using System.Net;
using System.Net.WebSockets;

namespace Tieline.Genesys;

/// <summary>Opens a socket such that the bytes that come over it, pongs among them, are told of. .NET keeps pongs to itself.</summary>
internal static class SocketHandshake
{
    /// <param name="heard">Called whenever bytes have come over the open socket; not for those of the handshake.</param>
    public static Task ConnectAsync(ClientWebSocket socket, Uri uri, HttpMessageInvoker http, Action heard, CancellationToken cancellation) =>
        socket.ConnectAsync(uri, new HttpMessageInvoker(new Handler(http, heard)), cancellation);

    private sealed class Handler(HttpMessageInvoker http, Action heard) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
                response.Content = new Upgraded(new ReadAheadStream(await response.Content.ReadAsStreamAsync(cancellationToken), heard));
            return response;
        }
    }

    /// <summary>The connection as it is after the handshake, to read and to write.</summary>
    private sealed class Upgraded(Stream connection) : HttpContent
    {
        protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => connection;

        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(connection);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
