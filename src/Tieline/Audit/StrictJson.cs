using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Tieline.Audit;

/// <summary>Reads one object whose members, order and spacing are laid down. Every method throws <see cref="FormatException"/> with the reason when they differ.</summary>
internal ref struct StrictJson
{
    private static readonly SearchValues<byte> _hexDigits = SearchValues.Create("0123456789abcdef"u8);

    private Utf8JsonReader _reader;
    private readonly int _length;
    private long _end;

    public StrictJson(ReadOnlySpan<byte> line)
    {
        if (!System.Text.Unicode.Utf8.IsValid(line))
            throw new FormatException("is not UTF-8");
        _length = line.Length;
        _reader = new Utf8JsonReader(line);
        Advance();
        if (_reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("is no JSON object");
    }

    public static bool IsHex(ReadOnlySpan<byte> text, int length) => text.Length == length && !text.ContainsAnyExcept(_hexDigits);

    /// <summary>Goes to the value of the next member, which must have this name.</summary>
    public void Member(ReadOnlySpan<byte> name)
    {
        Advance();
        if (_reader.TokenType != JsonTokenType.PropertyName || !_reader.ValueSpan.SequenceEqual(name))
            throw new FormatException($"has {Found()} where '{Encoding.UTF8.GetString(name)}' belongs; a newer version may have written it");
        Advance();
    }

    /// <summary>Goes to the value of the next member if it has this name; else to that of the one that must follow.</summary>
    public bool MemberOr(ReadOnlySpan<byte> name, ReadOnlySpan<byte> other)
    {
        Advance();
        if (_reader.TokenType == JsonTokenType.PropertyName && _reader.ValueSpan.SequenceEqual(name))
        {
            Advance();
            return true;
        }

        if (_reader.TokenType != JsonTokenType.PropertyName || !_reader.ValueSpan.SequenceEqual(other))
            throw new FormatException($"has {Found()} where '{Encoding.UTF8.GetString(other)}' belongs; a newer version may have written it");
        Advance();
        return false;
    }

    /// <summary>The member's text as it stands there, escapes and all.</summary>
    public readonly ReadOnlySpan<byte> Text() => _reader.TokenType == JsonTokenType.String ? _reader.ValueSpan : throw Wrong("no string");

    public readonly ReadOnlySpan<byte> TextOrNull() => _reader.TokenType == JsonTokenType.Null ? default : Text();

    /// <summary>The member's text, of so many lower-case hex digits.</summary>
    public readonly ReadOnlySpan<byte> Hex(int length) => IsHex(Text(), length) ? Text() : throw Wrong($"not {length} hex digits");

    public readonly long Number() => _reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var number) ? number : throw Wrong("no whole number");

    public readonly bool IsNull => _reader.TokenType == JsonTokenType.Null;

    /// <summary>An object of strings, numbers and nulls, or null.</summary>
    public void FlatObjectOrNull()
    {
        if (IsNull)
            return;
        if (_reader.TokenType != JsonTokenType.StartObject)
            throw Wrong("no object");
        for (Advance(); _reader.TokenType != JsonTokenType.EndObject; Advance())
        {
            Advance();
            if (_reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.Null))
                throw Wrong("an object of more than strings and numbers");
        }
    }

    /// <summary>The object must end here, and the line with it.</summary>
    public void End()
    {
        Advance();
        if (_reader.TokenType != JsonTokenType.EndObject)
            throw new FormatException($"has an unknown member, {Found()}; a newer version may have written it");
        if (_end != _length)
            throw new FormatException("goes on after its object");
    }

    public readonly FormatException Wrong(string reason) => new($"has a value that is {reason}, before byte {_reader.BytesConsumed}");

    /// <summary>To the next token, which must follow the last one with nothing but a comma or colon between.</summary>
    private void Advance()
    {
        var comma = _reader.TokenType is not (JsonTokenType.None or JsonTokenType.StartObject or JsonTokenType.PropertyName);
        try
        {
            _reader.Read();
        }
        catch (JsonException e)
        {
            throw new FormatException("is no JSON object", e);
        }

        if (_reader.TokenType is JsonTokenType.EndObject)
            comma = false;
        var start = _end + (comma ? 1 : 0);
        var end = _reader.BytesConsumed;
        // A name's quotes and its colon
        if (_reader.TokenStartIndex != start || (_reader.TokenType == JsonTokenType.PropertyName && end != start + _reader.ValueSpan.Length + 3))
            throw new FormatException("has white space between its members");
        _end = end;
    }

    private readonly string Found() => _reader.TokenType == JsonTokenType.PropertyName ? $"'{_reader.GetString()}'" : "nothing";
}
