using System.Runtime.CompilerServices;

namespace Tieline.Genesys;

/// <summary>Takes from a connection as much as has come, rather than the 4 KiB that .NET's HTTP connection asks for at a time: a tenth of the system calls at full speed.</summary>
/// <param name="heard">Called whenever bytes have come: of a socket that is how its pongs show, which .NET keeps to itself.</param>
/// <remarks>One reader and one writer at a time, independent of each other, as of any network stream. What has come is handed on at once, never held back.</remarks>
internal sealed class ReadAheadStream(Stream inner, Action? heard = null) : Stream
{
    private const int Size = 64 * 1024;

    private readonly byte[] _ahead = new byte[Size];
    private int _start;
    private int _end;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start < _end)
            return new ValueTask<int>(Take(buffer.Span));
        return buffer.Length switch
        {
            0 => inner.ReadAsync(buffer, cancellationToken),
            >= Size => PassAsync(buffer, cancellationToken),
            _ => FillAsync(buffer, cancellationToken),
        };
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer) => _start < _end ? Take(buffer) : Heard(inner.Read(buffer));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _end = Heard(await inner.ReadAsync(_ahead, cancellationToken));
        _start = 0;
        return Take(buffer.Span);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> PassAsync(Memory<byte> buffer, CancellationToken cancellationToken) => Heard(await inner.ReadAsync(buffer, cancellationToken));

    private int Heard(int count)
    {
        if (count > 0)
            heard?.Invoke();
        return count;
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _end - _start);
        _ahead.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }
}
