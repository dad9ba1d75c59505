using System.Text;

namespace Tieline.Service.Commands.Demo;

/// <summary>The line that tells how it goes. Pure.</summary>
internal static class LiveLine
{
    public const string Keys = "c CRM down/up · d drop socket · k kill -9 Tieline · l link into its console · q quit";

    /// <param name="note">What is out of the ordinary: an outage, a restart.</param>
    public static string Format(TimeSpan elapsed, DemoFigures figures, string? note)
    {
        var line = new StringBuilder();
        line.Append($"{(int)elapsed.TotalMinutes:00}:{elapsed.Seconds:00}");
        Add("received", Number(figures.Received));
        Add("kept", Number(figures.Kept));
        Add("delivered", Number(figures.Delivered));
        Add("waiting", Number(figures.Waiting));
        Add("gaps", Number(figures.Gaps));
        Add("p99", Milliseconds(figures.P99Ms));
        if (note is not null)
            line.Append("  ").Append(note);
        return line.ToString();

        void Add(string name, string value) => line.Append("  ").Append(name).Append(' ').Append(value);
    }

    public static string Milliseconds(double? ms) => ms switch
    {
        null => "–",
        < 1000 => $"{ms:0} ms",
        _ => $"{ms / 1000:0.0} s",
    };

    private static string Number(long? value) => value is { } number ? $"{number:N0}" : "–";
}
