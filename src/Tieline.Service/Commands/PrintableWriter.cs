using System.Text;
using Tieline.Diagnostics;

namespace Tieline.Service.Commands;

/// <summary>Where commands write: it lets nothing through that would steer a terminal (<see cref="Printable"/>), so that no command has to think of it. As safe for threads as what it writes to, but for single characters.</summary>
/// <remarks>What is given to <c>WriteLine</c> is one line: a line feed in it is foreign, and escaped. <c>Write</c> lets line feeds pass: text of several lines is made of parts that are printable already.</remarks>
/// <param name="keepsLines">Whether <c>WriteLine</c> lets line feeds pass too.</param>
internal sealed class PrintableWriter(TextWriter inner, bool keepsLines = false) : TextWriter
{
    private char? _half;

    /// <summary>Past all this, for sequences of our own: colours and the like, around text that is printable.</summary>
    public TextWriter Raw => inner;

    /// <summary>The same for a library that gives <c>WriteLine</c> several lines of its own.</summary>
    public PrintableWriter Lines => new(inner, keepsLines: true);

    public override Encoding Encoding => inner.Encoding;

    /// <summary>One character. Half of a surrogate pair waits for the other.</summary>
    public override void Write(char value)
    {
        var half = _half;
        _half = null;
        if (half is null && char.IsHighSurrogate(value))
            _half = value;
        else
            inner.Write(Printable.Lines(half is { } first ? $"{first}{value}" : $"{value}"));
    }

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value) => inner.Write(Printable.Lines(value ?? ""));

    public override void WriteLine() => inner.WriteLine();

    public override void WriteLine(string? value) => inner.WriteLine(LineOf(value));

    public override void WriteLine(ReadOnlySpan<char> buffer) => WriteLine(buffer.ToString());

    public override Task WriteAsync(string? value) => inner.WriteAsync(Printable.Lines(value ?? ""));

    public override Task WriteLineAsync(string? value) => inner.WriteLineAsync(LineOf(value));

    public override void Flush() => inner.Flush();

    public override Task FlushAsync() => inner.FlushAsync();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    private string LineOf(string? value) => keepsLines ? Printable.Lines(value ?? "") : Printable.Of(value ?? "");

    /// <summary>The writer inside is not ours to close.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Flush();
        base.Dispose(disposing);
    }
}
