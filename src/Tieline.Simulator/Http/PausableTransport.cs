using System.Net;
using System.Net.Sockets;
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
    private const int BindAttempts = 50;
    private static readonly TimeSpan BindAgainAfter = TimeSpan.FromMilliseconds(100);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Socket? _reserved;
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
                _reserved = Reserve();
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
                _reserved?.Dispose();
                Volatile.Write(ref _listener, await BindAsync());
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
        _reserved?.Dispose();
        _turn.Dispose();
    }

    /// <summary>Bound but not listening: connections are refused, and no other program is given the port.</summary>
    private Socket? Reserve()
    {
        var socket = new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(EndPoint);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();   // then it is merely likely that the port is still free later
            return null;
        }
    }

    private async Task<IConnectionListener> BindAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await sockets.BindAsync(EndPoint);
            }
            catch (AddressInUseException) when (attempt < BindAttempts)
            {
                await Task.Delay(BindAgainAfter, TimeProvider.System);
            }
        }
    }
}
