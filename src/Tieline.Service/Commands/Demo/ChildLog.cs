namespace Tieline.Service.Commands.Demo;

/// <summary>Everything a child printed, in a file; safe for threads. The last lines are remembered, to explain a failed start.</summary>
internal sealed class ChildLog(string path) : IDisposable
{
    private const int Remembered = 12;

    private readonly Lock _lock = new();
    private readonly StreamWriter _file = new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
    private readonly Queue<string> _last = new();

    public string Path => path;

    public string LastLines
    {
        get
        {
            lock (_lock)
                return string.Join(Environment.NewLine, _last.Select(line => "    " + line));
        }
    }

    public void Add(string? line)
    {
        if (line is null)
            return;
        lock (_lock)
        {
            _file.WriteLine(line);
            _last.Enqueue(line);
            if (_last.Count > Remembered)
                _last.Dequeue();
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _file.Dispose();
    }
}
