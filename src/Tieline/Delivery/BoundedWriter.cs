using System.Globalization;

namespace Tieline.Delivery;

/// <summary>A text that may not grow beyond a limit: a template's loop ends there, not when the memory does.</summary>
internal sealed class BoundedWriter(int maxLength) : StringWriter(CultureInfo.InvariantCulture)
{
    public override void Write(char value)
    {
        Require(1);
        base.Write(value);
    }

    public override void Write(string? value)
    {
        Require(value?.Length ?? 0);
        base.Write(value);
    }

    public override void Write(char[] buffer, int index, int count)
    {
        Require(count);
        base.Write(buffer, index, count);
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        Require(buffer.Length);
        base.Write(buffer);
    }

    private void Require(int more)
    {
        if (GetStringBuilder().Length + more > maxLength)
            throw new BodyException($"the template makes a body of more than {maxLength} bytes");
    }
}
