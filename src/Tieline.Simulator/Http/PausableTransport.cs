using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Tieline.Simulator.Http;

/// <summary>Kestrel's own socket transport, whose first listener can be closed and opened again on the same port while connections live on.</summary>
internal sealed class PausableTransport : IConnectionListenerFactory, IAsyncDisposable
{
    private readonly SocketTransportFactory _sockets =
        new(Options.Create(new SocketTransportOptions { NoDelay = true, UnsafePreferInlineScheduling = false }), NullLoggerFactory.Instance);

    private PausableListener? _first;

    public bool IsPaused => _first?.IsPaused ?? false;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = await _sockets.BindAsync(endpoint, cancellationToken);
        if (_first is not null)
        {
            return listener;
        }
        return _first = new PausableListener(_sockets, listener);
    }

    public Task PauseAsync() => _first?.PauseAsync() ?? Task.CompletedTask;

    public Task ResumeAsync() => _first?.ResumeAsync() ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _first?.DisposeAsync() ?? ValueTask.CompletedTask;
}

internal sealed class PausableListener(SocketTransportFactory sockets, IConnectionListener first) : IConnectionListener
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private IConnectionListener? _listener = first;
    private TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _unbound;

    public EndPoint EndPoint { get; } = first.EndPoint;

    public bool IsPaused => Volatile.Read(ref _listener) is null;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_unbound)
        {
            var resumed = Volatile.Read(ref _resumed).Task;
            if (Volatile.Read(ref _listener) is not { } listener)
            {
                await resumed.WaitAsync(cancellationToken);
                continue;
            }
            if (await listener.AcceptAsync(cancellationToken) is { } connection)
            {
                return connection;
            }
        }
        return null;
    }

    public async Task PauseAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (Volatile.Read(ref _listener) is { } listener)
            {
                Volatile.Write(ref _resumed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                Volatile.Write(ref _listener, null);
                await listener.UnbindAsync();
                await listener.DisposeAsync();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task ResumeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (Volatile.Read(ref _listener) is null && !_unbound)
            {
                Volatile.Write(ref _listener, await sockets.BindAsync(EndPoint));
                Volatile.Read(ref _resumed).TrySetResult();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _unbound = true;
        Volatile.Read(ref _resumed).TrySetResult();
        if (Volatile.Read(ref _listener) is { } listener)
        {
            await listener.UnbindAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _unbound = true;
        Volatile.Read(ref _resumed).TrySetResult();
        if (Volatile.Read(ref _listener) is { } listener)
        {
            await listener.DisposeAsync();
        }
        _turn.Dispose();
    }
}
