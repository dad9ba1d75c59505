using System.Text.Json.Nodes;
using Tieline.Diagnostics;
using Tieline.Pipeline;

namespace Tieline.Service.Commands;

/// <summary>One line on stderr that tells a person that it goes on; nothing where nobody looks.</summary>
internal sealed class ProgressLine(CommandContext context) : IDisposable
{
    private readonly Lock _gate = new();
    private int _width;

    public void Show(ReconcileFigures figures)
    {
        var json = new JsonObject();
        figures.WriteTo(json);
        Show(json);
    }

    public void Show(JsonObject figures) => Show($"{figures["conversations"]} conversations, {figures["expected"]} events expected, {figures["missing"]} missing …");

    public void Show(string text)
    {
        if (!context.IsTerminal)
            return;
        lock (_gate)
        {
            context.Error.Raw.Write($"\r{Printable.Of(text).PadRight(_width)}");
            _width = text.Length;
        }
    }

    public void End()
    {
        lock (_gate)
        {
            if (_width > 0)
                context.Error.Raw.Write($"\r{new string(' ', _width)}\r");
            _width = 0;
        }
    }

    public void Dispose() => End();
}
