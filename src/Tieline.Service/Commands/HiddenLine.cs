using System.Text;

namespace Tieline.Service.Commands;

/// <summary>A line typed on the terminal without being shown.</summary>
internal static class HiddenLine
{
    /// <returns>Null when the input ends (Ctrl+D).</returns>
    public static string? Read()
    {
        var text = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                Console.Error.WriteLine();
                return text.ToString();
            }

            if (key is { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control })
                return null;
            if (key.Key == ConsoleKey.Backspace)
                text.Length = Math.Max(0, text.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                text.Append(key.KeyChar);
        }
    }
}
