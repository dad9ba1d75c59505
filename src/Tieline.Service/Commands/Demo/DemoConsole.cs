using Tieline.Diagnostics;

namespace Tieline.Service.Commands.Demo;

/// <summary>Where the demo speaks: lines that stay, and on a terminal one live line below them. Safe for threads.</summary>
/// <param name="width">The terminal's columns; null without a terminal.</param>
internal sealed class DemoConsole(TextWriter output, Func<int>? width)
{
    private const string ClearLine = "\r\u001b[2K";

    private readonly Lock _lock = new();
    private string _live = "";

    public bool IsLive => width is not null;

    public void Say(string line = "")
    {
        lock (_lock)
        {
            if (_live.Length > 0)
                output.Write(ClearLine);
            output.WriteLine(Printable.Lines(line));
            output.Write(_live);
            output.Flush();
        }
    }

    /// <summary>Replaces the live line; without a terminal, one more line.</summary>
    public void Live(string line)
    {
        if (width is null)
        {
            Say(line);
            return;
        }

        lock (_lock)
        {
            // A line that wraps could not be cleared again.
            var columns = Math.Max(20, width()) - 1;
            _live = Printable.Of(line.Length > columns ? line[..columns] : line);
            output.Write(ClearLine + _live);
            output.Flush();
        }
    }

    public void EndLive()
    {
        lock (_lock)
        {
            if (_live.Length > 0)
                output.WriteLine();
            _live = "";
            output.Flush();
        }
    }
}
