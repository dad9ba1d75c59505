using System.Buffers;

namespace Tieline.Genesys;

/// <summary>An answer's bytes, rented.</summary>
internal sealed class DetailsBody : IDisposable
{
    /// <summary>More of a page is not read: a hundred conversations are some hundred kilobytes.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    private const int FirstRent = 64 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstRent);
    private int _used;

    private DetailsBody()
    {
    }

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _used);

    /// <summary>Whether there was more than was allowed; <see cref="Bytes"/> is the beginning then.</summary>
    public bool IsTooBig { get; private set; }

    public static async Task<DetailsBody> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellation)
    {
        var body = new DetailsBody();
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellation);
            while (!body.IsTooBig && await stream.ReadAsync(body.Free(), cancellation) is var count && count > 0)
            {
                body._used += count;
                body.IsTooBig = body._used > maxBytes;
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _used = 0;
    }

    private Memory<byte> Free()
    {
        if (_used == _bytes.Length)
        {
            var bigger = ArrayPool<byte>.Shared.Rent(2 * _bytes.Length);
            _bytes.AsSpan(0, _used).CopyTo(bigger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = bigger;
        }

        return _bytes.AsMemory(_used);
    }
}
