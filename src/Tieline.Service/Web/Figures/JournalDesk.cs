using Tieline.Journal;
using Tieline.Service.Configuration;

namespace Tieline.Service.Web.Figures;

/// <summary>Reads the journal for people, over a connection of its own: what takes a while holds up nobody but the next who looks.</summary>
internal sealed class JournalDesk(TielineOptions options) : IDisposable
{
    private readonly Lock _gate = new();
    private JournalReader? _reader;

    public T Read<T>(Func<JournalReader, T> read)
    {
        lock (_gate)
        {
            _reader ??= new JournalReader(Path.Combine(Path.GetFullPath(options.DataDirectory), JournalSchema.FileName));
            return read(_reader);
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _reader?.Dispose();
    }
}
