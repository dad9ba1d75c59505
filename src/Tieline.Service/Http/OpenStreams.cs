namespace Tieline.Service.Http;

/// <summary>Counts what each token has open. Safe from any thread.</summary>
/// <param name="most">So much may one have open at once.</param>
internal sealed class OpenStreams(int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <returns>False where it has as many as it may; else <see cref="Close"/> must follow.</returns>
    public bool TryOpen(string mark)
    {
        lock (_gate)
        {
            var count = _counts.GetValueOrDefault(mark);
            if (count >= most)
                return false;
            _counts[mark] = count + 1;
            return true;
        }
    }

    public void Close(string mark)
    {
        lock (_gate)
        {
            if (--_counts[mark] == 0)
                _counts.Remove(mark);
        }
    }
}
