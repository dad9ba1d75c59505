using Microsoft.Extensions.Options;

namespace Tieline.Filtering;

internal sealed class RedactionOptionsValidator : IValidateOptions<RedactionOptions>
{
    private const int MaxPrefixes = 100;

    private const int MaxLength = 40;

    public ValidateOptionsResult Validate(string? name, RedactionOptions options)
    {
        var section = name ?? RedactionOptions.Section;
        var errors = new ValidateOptionsResultBuilder();
        if (options.IdPrefixes.Count > MaxPrefixes)
            errors.AddError($"at most {MaxPrefixes} are allowed, there are {options.IdPrefixes.Count}", $"{section}:IdPrefixes");
        for (var i = 0; i < options.IdPrefixes.Count; i++)
        {
            if (!IsPrefix(options.IdPrefixes[i]))
                errors.AddError($"must be letters, with single hyphens between, and may end in ':' or '-', such as 'user:', 'ext-contact-' or 'C'; at most {MaxLength} characters; was '{options.IdPrefixes[i]}'", $"{section}:IdPrefixes:{i}");
        }

        return errors.Build();
    }

    private static bool IsPrefix(string? text) =>
        text is { Length: > 0 and <= MaxLength } && (text[^1] is ':' or '-' ? text[..^1] : text).Split('-').All(word => word.Length > 0 && word.All(char.IsAsciiLetter));
}
