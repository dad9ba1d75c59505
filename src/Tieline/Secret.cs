using System.ComponentModel;
using System.Globalization;

namespace Tieline;

/// <summary>A value that must not be seen: it prints as <c>***</c> and gives itself up only to <see cref="Reveal"/>.</summary>
[TypeConverter(typeof(SecretConverter))]
internal sealed class Secret(string value)
{
    public static Secret None { get; } = new("");

    public bool IsEmpty => value.Length == 0;

    public string Reveal() => value;

    public override string ToString() => IsEmpty ? "" : "***";

    private sealed class SecretConverter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => new Secret((string)value);
    }
}
