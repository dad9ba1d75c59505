namespace Tieline.Http;

/// <summary>Reads how an answer's body begins, without waiting long for it. Never throws for what the other side does.</summary>
internal static class BodyStart
{
    /// <summary>A body that takes longer is read no further.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    /// <summary>Most bodies fit.</summary>
    private const int FirstBytes = 16 * 1024;

    /// <param name="most">Bytes that are read at most.</param>
    /// <param name="isEnough">Whether what has come so far will do; null: only all of it.</param>
    /// <returns>What came in time.</returns>
    /// <exception cref="OperationCanceledException">On <paramref name="cancellation"/>.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, int most, Func<ReadOnlyMemory<byte>, bool>? isEnough, TimeProvider time, CancellationToken cancellation)
    {
        var bytes = new byte[Math.Min(most, FirstBytes)];
        var length = 0;
        using var patience = new CancellationTokenSource(_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            while (length < most && isEnough?.Invoke(bytes.AsMemory(0, length)) != true && await body.ReadAsync(bytes.AsMemory(length), either.Token) is var read and > 0)
            {
                length += read;
                if (length == bytes.Length && length < most)
                    Array.Resize(ref bytes, Math.Min(most, 2 * length));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // What has come by now is what there is.
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // Likewise.
        }

        return bytes.AsMemory(0, length);
    }
}
