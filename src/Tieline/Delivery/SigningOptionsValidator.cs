using Microsoft.Extensions.Options;

namespace Tieline.Delivery;

/// <summary>Reads the secrets as delivery will: a bad one is refused at start, and never repeated.</summary>
internal sealed class SigningOptionsValidator : IValidateOptions<SigningOptions>
{
    private static readonly TimeSpan MinOverlap = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

    /// <param name="name">Where it stands: <c>Destinations:0:Signing</c>.</param>
    public ValidateOptionsResult Validate(string? name, SigningOptions options)
    {
        var at = name ?? "Signing";
        var errors = new ValidateOptionsResultBuilder();
        var current = Check(options.Secret, options.SecretFile, $"{at}:{nameof(options.Secret)}", errors);
        if (current is not null && current.Algorithm != options.Algorithm)
        {
            errors.AddError($"must be {current.Algorithm} with this secret, was {options.Algorithm}: whsec_ is for V1, whsk_ for V1a", $"{at}:{nameof(options.Algorithm)}");
        }

        var previousKey = $"{at}:{nameof(options.PreviousSecret)}";
        if (!options.IsOn && (!options.PreviousSecret.IsEmpty || options.PreviousSecretFile is not null))
        {
            errors.AddError("must come with a Secret: it signs beside it while the CRM changes over", previousKey);
        }
        else if (options.PreviousSecretFile is not null || !options.PreviousSecret.IsEmpty || File.Exists(options.PreviousFile))
        {
            Check(options.PreviousSecret, options.PreviousFile, previousKey, errors);
        }

        if (options.Overlap < MinOverlap || options.Overlap > MaxOverlap)
        {
            errors.AddError($"must be from {MinOverlap} to {MaxOverlap}, was {options.Overlap}", $"{at}:{nameof(options.Overlap)}");
        }

        return errors.Build();
    }

    private static SigningKey? Check(Secret given, string? file, string key, ValidateOptionsResultBuilder errors)
    {
        if (file is null && given.IsEmpty)
        {
            return null;
        }

        var text = file is null ? given.Reveal() : SecretText.Read(file, out _);
        if (text is null)
        {
            errors.AddError($"cannot be read from '{file}'", $"{key}File");
            return null;
        }

        var parsed = SigningKey.Parse(text, out var problem);
        if (parsed is null)
        {
            errors.AddError(problem!, file is null ? key : $"{key}File");
        }

        return parsed;
    }
}
