using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using Tieline.Diagnostics;

namespace Tieline.Service.Commands;

/// <summary>Results as people and scripts read them.</summary>
internal static class ResultTable
{
    /// <summary>What one row says stays on one line, for <c>grep</c>: nothing that we print is so long.</summary>
    private const int Endless = 100_000;

    /// <summary>Wide enough for columns that wrap to be read.</summary>
    private const int Narrowest = 100;

    private static readonly JsonSerializerOptions _writing = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Table Create(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        return table;
    }

    public static void Add(this Table table, params object?[] cells) => table.AddRow([.. cells.Select(cell => Markup.Escape(Printable.Of(cell?.ToString() ?? "-")))]);

    /// <param name="width">Columns for a table some of whose columns may wrap; null: none does.</param>
    public static void Write(Table table, TextWriter output, int? width = null)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width is { } columns ? Math.Max(columns, Narrowest) : Endless;
        console.Write(table);
    }

    public static void Write(JsonObject json, TextWriter output) => output.Write(json.ToJsonString(_writing) + "\n");
}
