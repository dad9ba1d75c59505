using Tieline.Journal;
using Tieline.Service.Configuration;

namespace Tieline.Service.Web.Figures;

/// <summary>Reads the journal for people, over a connection of its own: what takes a while holds up nobody but the next who looks, and whoever waits holds no thread.</summary>
internal sealed class JournalDesk(TielineOptions options) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private JournalReader? _reader;

    /// <exception cref="OperationCanceledException">Whoever asked has left before their turn.</exception>
    public async Task<T> ReadAsync<T>(Func<JournalReader, T> read, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            _reader ??= new JournalReader(Path.Combine(Path.GetFullPath(options.DataDirectory), JournalSchema.FileName));
            return read(_reader);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Wait();
        _reader?.Dispose();
        _turn.Dispose();
    }
}
