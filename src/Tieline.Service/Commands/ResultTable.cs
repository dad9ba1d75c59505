using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Tieline.Service.Commands;

/// <summary>Results as people and scripts read them.</summary>
internal static class ResultTable
{
    /// <summary>Wide enough for an id, a time and a reason on one line, also where nobody says how wide the window is.</summary>
    private const int Width = 180;

    private static readonly JsonSerializerOptions _writing = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Table Create(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        return table;
    }

    public static void Add(this Table table, params object?[] cells) => table.AddRow([.. cells.Select(cell => Markup.Escape(cell?.ToString() ?? "-"))]);

    public static void Write(Table table, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = Width;
        console.Write(table);
    }

    public static void Write(JsonObject json, TextWriter output) => output.WriteLine(json.ToJsonString(_writing));
}
