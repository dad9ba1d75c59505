namespace Tieline.Service.Configuration;

/// <summary>How the text of a value is to be read.</summary>
internal enum GivenKind
{
    /// <summary>From an environment variable or the command line: the key's type decides.</summary>
    Untyped,
    Text,
    Number,
    Boolean,

    /// <summary>JSON's null: as if no layer so far had given the key.</summary>
    Null,
    EmptyList,
    EmptySection,
}

/// <summary>A value as one layer gives it, before its key is looked up.</summary>
/// <param name="Path">The key's parts.</param>
/// <param name="Layer"><c>file</c>, <c>.env</c>, <c>environment</c> or <c>--set</c>.</param>
/// <param name="As">What the user wrote there: the file's name, the variable's, the argument's key.</param>
internal sealed record GivenValue(IReadOnlyList<string> Path, string Text, GivenKind Kind, string Layer, string As)
{
    /// <summary>The text names a file that holds the value.</summary>
    public bool IsFile { get; init; }

    /// <summary>For a message: where to go and change it.</summary>
    public string Origin => Layer == "file" || Layer == As ? As : $"{Layer} {As}";
}
