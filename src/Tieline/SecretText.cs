namespace Tieline;

/// <summary>Reads a secret from its file.</summary>
internal static class SecretText
{
    /// <summary>A running Tieline looks again at the next request, this long after it last did.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    /// <param name="problem">A part of a sentence that names the file, never what is in it.</param>
    /// <returns>Without the last line break, which is the editor's; null where it cannot be read, or is empty.</returns>
    public static string? Read(string file, out string? problem)
    {
        problem = null;
        try
        {
            var text = File.ReadAllText(file);
            text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
            if (text.Length > 0)
                return text;
            problem = $"the file '{file}' is empty";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"the file '{file}' cannot be read ({e.GetType().Name})";
        }

        return null;
    }
}
